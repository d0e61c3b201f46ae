//! The practice iCloud, in the position in which a person would connect to it.

use caldav::Credentials;
use sandbox::{
    AccountId, CalendarId, Control, ExpiredToken, Options, Redirect, RedirectTarget, Sandbox, Switches,
};
use url::Url;

use super::{Practice, client};

/// A practice iCloud with the hand that plays the person and the network.
pub struct Icloud {
    pub practice: Practice,
    pub control: Control,
    pub account: AccountId,
    pub partition: Url,
}

impl Icloud {
    /// Empty calendars "Home" and "Work".
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    pub async fn start_with(options: Options) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        let control = sandbox.control();
        let entry = Url::parse(&sandbox.entry_url()).unwrap();
        let partition = Url::parse(&sandbox.partition_url()).unwrap();
        let login = control.default_account();
        let account = control.account(&login.apple_id).unwrap();
        let practice = Practice {
            client: client(&entry),
            entry,
            login: Credentials::new(login.apple_id, login.app_password),
            _running: Box::new(sandbox),
        };
        Self {
            practice,
            control,
            account,
            partition,
        }
    }

    /// The address of a calendar on the partition host.
    pub fn url_of(&self, calendar: CalendarId) -> Url {
        let all = self.control.calendars(self.account);
        let href = all.into_iter().find(|known| known.id == calendar).unwrap().href;
        self.partition.join(&href).unwrap()
    }

    pub fn calendar(&self, name: &str) -> (CalendarId, Url) {
        let id = self.control.calendar_named(self.account, name).unwrap();
        (id, self.url_of(id))
    }
}

/// For the suite that every server is told.
pub async fn icloud() -> Practice {
    Icloud::start().await.practice
}

/// The same with every switch in its other position. Only what is a failure, as a partition that is gone, reads that lag
/// behind or events that a query cannot filter, is left for tests of its own.
pub async fn icloud_otherwise() -> Practice {
    let icloud = Icloud::start().await;
    let usual = Switches::default();
    let otherwise = Switches {
        require_user_agent: !usual.require_user_agent,
        joined_challenges: !usual.joined_challenges,
        redirect: Some(Redirect {
            status: 307,
            to: RedirectTarget::Partition,
        }),
        partition_gone: usual.partition_gone,
        absolute_home: !usual.absolute_home,
        mismatched_hrefs: !usual.mismatched_hrefs,
        allprop_fails: !usual.allprop_fails,
        cdata: !usual.cdata,
        collection_row_in_reports: !usual.collection_row_in_reports,
        missing_component_filter_fails: !usual.missing_component_filter_fails,
        property_filter_fails: !usual.property_filter_fails,
        unfilterable: usual.unfilterable,
        query_leaves_out: usual.query_leaves_out,
        list_leaves_out: usual.list_leaves_out,
        calendar_zone: Some("Europe/Berlin".into()),
        partial_data_is_empty: !usual.partial_data_is_empty,
        breaks_off_at: usual.breaks_off_at,
        not_found_holding: usual.not_found_holding,
        multiget_duplicates: !usual.multiget_duplicates,
        expired_token: ExpiredToken::Gone,
        sync_page: Some(1),
        stale_reads: usual.stale_reads,
        etag_on_put: !usual.etag_on_put,
        if_match_star_fails: !usual.if_match_star_fails,
        uids_are_account_wide: !usual.uids_are_account_wide,
        deleted_uids_stay_taken: !usual.deleted_uids_stay_taken,
        require_end: !usual.require_end,
        mails_guests: !usual.mails_guests,
        bytes_per_second: Some(2_000_000),
    };
    icloud.control.set_switches(otherwise);
    icloud.practice
}
