//! What goes wrong on the server, and how it comes to rest again.

use std::time::Duration;

use bookings::{connections, jobs};
use jiff::SignedDuration;
use sandbox::{ExpiredToken, Fault, PasswordState, RetryAfter, Unfilterable};

use super::Soak;
use super::events::{BREAKS_QUERIES, LEFT_OUT};
use crate::mail_server::Behaviour;

const METHODS: [&str; 5] = ["PROPFIND", "REPORT", "PUT", "DELETE", "GET"];

impl Soak {
    /// Something goes wrong on the server, or the other way round.
    pub(super) fn trouble(&mut self) {
        self.counts.faults += 1;
        let control = self.world.control.clone();
        let calendars = self.calendars();
        let calendar = self.dice.pick(&calendars).unwrap();
        let account = control.accounts()[0];
        let coin = self.dice.below(2) == 0;
        match self.dice.below(13) {
            0..4 => {
                let (method, fault) = (self.dice.pick(&METHODS).unwrap(), self.fault());
                control.inject_on(method, fault);
            }
            4 => control.set_down(coin),
            5 => control.expire_sync_tokens(calendar),
            6 => {
                let modes = [
                    ExpiredToken::ForbiddenWithReason,
                    ExpiredToken::Forbidden,
                    ExpiredToken::Gone,
                    ExpiredToken::PreconditionFailed,
                    ExpiredToken::FullListing,
                ];
                let mode = self.dice.pick(&modes).unwrap();
                control.switch(|switches| {
                    switches.expired_token = mode;
                    switches.etag_on_put = coin;
                    switches.multiget_duplicates = coin;
                    switches.sync_page = coin.then_some(2);
                });
            }
            7 => control.switch(|switches| {
                switches.partition_gone = coin;
                switches.absolute_home = !coin;
            }),
            8 => control.set_writable(calendar, coin),
            9 => control.set_password_state(
                account,
                if coin {
                    PasswordState::Revoked
                } else {
                    PasswordState::Ok
                },
            ),
            10 | 11 => {
                let texts = [BREAKS_QUERIES, "INTERVAL=-1", "RSCALE", "RRULE:\r\n"];
                let containing = self.dice.pick(&texts).unwrap().to_owned();
                let status = if self.dice.below(2) == 0 { 400 } else { 500 };
                let breaks = self.dice.below(2) == 0;
                control.switch(|switches| {
                    switches.unfilterable = breaks.then_some(Unfilterable { containing, status });
                    switches.query_leaves_out = coin.then(|| LEFT_OUT.to_owned());
                });
            }
            _ => control.rename_calendar(calendar, &control_name(&self.world, calendar)),
        }
    }

    /// This server's clock is ahead for a while, in which life goes on, and then right again.
    pub(super) async fn wrong_clock(&mut self) {
        self.counts.jumps += 1;
        // After a failure, what lies ahead by less than a day may be what a server asked for.
        let hours = self.dice.pick(&[1, 30, 72]).unwrap();
        let ahead = SignedDuration::from_hours(hours);
        self.world.clock.advance(ahead);
        for _ in 0..=self.dice.below(3) {
            match self.dice.below(4) {
                0 => self.client().await,
                1 => self.trouble(),
                2 => self.edit(),
                _ => {}
            }
            let seconds = i64::from([1, 6, 300][self.dice.below(3) as usize]);
            self.world.clock.advance(SignedDuration::from_secs(seconds));
            if self.dice.below(6) == 0 {
                self.kill().await;
            } else {
                jobs::run_due(&self.quince).await.unwrap();
            }
        }
        self.world.clock.advance(-ahead);
        self.forget_instants_ahead().await;
    }

    fn fault(&mut self) -> Fault {
        let faults = [
            Fault::Unavailable(RetryAfter::Seconds(90)),
            Fault::TooManyRequests(RetryAfter::Missing),
            Fault::ForbiddenThrottle,
            Fault::ServerError,
            Fault::Slow(Duration::from_millis(3)),
            Fault::BrokenBody,
            Fault::CutShort,
            Fault::Reset,
            Fault::ResetAfterEffect,
        ];
        self.dice.pick(&faults).unwrap()
    }

    /// Everything on the server works again, and the person has seen to the connection.
    pub(super) async fn calm(&mut self) {
        self.post.server.behave(Behaviour::default());
        let control = self.world.control.clone();
        let account = control.accounts()[0];
        control.clear_faults();
        control.set_down(false);
        control.set_password_state(account, PasswordState::Ok);
        for calendar in self.calendars() {
            control.set_writable(calendar, true);
        }
        let connection = self.world.connection().await;
        if connection.state == bookings::ConnectionState::NeedsAttention {
            let password = control.default_account().app_password;
            connections::reconnect(&self.quince, self.world.owner, connection.id, &password)
                .await
                .unwrap();
        }
    }
}

/// The name stays, as the soak finds calendars by it; the server counts it as a change all the same.
fn control_name(world: &crate::world::World, calendar: sandbox::CalendarId) -> String {
    let account = world.control.accounts()[0];
    let all = world.control.calendars(account);
    all.into_iter().find(|info| info.id == calendar).unwrap().name
}
