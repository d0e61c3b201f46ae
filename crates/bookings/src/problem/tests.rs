//! Each cause has a code of its own and a sentence.

use std::collections::BTreeSet;

use store::questions::AnswerKind;

use super::*;

/// A cause for each variant of an enum. A variant without a row does not compile.
macro_rules! every {
    ($name:ident { $($variant:ident $(($($value:expr),*))? $({ $($field:ident: $inner:expr),* })?),* $(,)? }) => {{
        let _ = |cause: &$name| match cause {
            $($name::$variant { .. })|* => {}
        };
        vec![$($name::$variant $(($($value),*))? $({ $($field: $inner),* })?),*]
    }};
}

/// A name in a cause.
fn name() -> String {
    "Yoga".to_owned()
}

fn all() -> Vec<FieldCause> {
    let areas = every!(FieldCause {
        Text(TextProblem::EmailMissing),
        Time(TimeProblem::BlockTooLong),
        Zone(UnknownZone("Europe/Atlantis".to_owned())),
        Host(HostProblem::NoMember),
        Visit(VisitProblem::NoServices),
        Guests(GuestProblem::NoClass),
        Answer(AnswerProblem::NotAsked { question: name() }),
        Reassign(ReassignProblem::FromNoHost),
        Calendar(CalendarProblem::Color),
        Kind(KindProblem::AppointmentsToCome { appointments: 1 }),
        Rule(RuleProblem::Duration),
        Question(QuestionProblem::TooMany { max: 20 }),
        Service(ServiceProblem::Duration),
        Resource(ResourceProblem::TooManySorts { max: 200 }),
        Account(AccountProblem::EmailTaken),
        Password(PasswordProblem::Guessable),
        Login(LoginProblem::NotAppPassword),
    });
    areas
        .into_iter()
        .flat_map(|area| match area {
            FieldCause::Text(_) => causes(texts()),
            FieldCause::Time(_) => causes(times()),
            FieldCause::Zone(_) => vec![area],
            FieldCause::Host(_) => causes(every!(HostProblem { NoMember, NoChoice })),
            FieldCause::Visit(_) => causes(visits()),
            FieldCause::Guests(_) => causes(every!(GuestProblem { TooMany { max: 50 }, NoClass })),
            FieldCause::Answer(_) => causes(answers()),
            FieldCause::Reassign(_) => causes(every!(ReassignProblem {
                FromNoHost,
                ToTakesPart,
                ToNotInTeam
            })),
            FieldCause::Calendar(_) => causes(calendars()),
            FieldCause::Kind(_) => causes(every!(KindProblem {
                AppointmentsToCome { appointments: 2 },
                NotConfirmed { consequences: consequences() },
            })),
            FieldCause::Rule(_) => causes(rules()),
            FieldCause::Question(_) => causes(every!(QuestionProblem {
                TooMany { max: 20 },
                AskedTwice { question: name() },
                Choices { question: name(), max: 50 },
            })),
            FieldCause::Service(_) => causes(services()),
            FieldCause::Resource(_) => causes(resources()),
            FieldCause::Account(_) => causes(every!(AccountProblem {
                WrongSetupCode,
                SecondOwner,
                EmailTaken
            })),
            FieldCause::Password(_) => causes(every!(PasswordProblem {
                TooShort { min: 10 },
                TooLong { max: 500 },
                Guessable,
                NotCurrent,
            })),
            FieldCause::Login(_) => causes(every!(LoginProblem {
                AppleIdNotEmail,
                AppPasswordMissing,
                NotAppPassword,
                NotServerAddress,
            })),
        })
        .collect()
}

fn texts() -> Vec<TextProblem> {
    every!(TextProblem {
        Missing(TextName::YourName),
        TooLong { text: TextName::Notes, max: 2_000 },
        NotOneLine(TextName::Title),
        ControlCharacters(TextName::Description),
        WebAddress(TextName::GuestName),
        EmailMissing,
        NotEmail,
        NotPhone,
    })
}

fn times() -> Vec<TimeProblem> {
    every!(TimeProblem {
        YearOutOfRange { first: 1970, last: 2200 },
        EndNotAfterStart,
        BlockTooLong,
        TooManyWindows { max: 24 },
        TooManyDates { max: 1_000 },
        TooManyHolidays { max: 500 },
        DateTwice(jiff::civil::date(2026, 12, 24)),
    })
}

fn visits() -> Vec<VisitProblem> {
    every!(VisitProblem {
        NoServices,
        TooMany { max: 20 },
        NotOnTheMenu,
        NotDoneByHost { service: name() },
        NoMenu,
    })
}

fn answers() -> Vec<AnswerProblem> {
    every!(AnswerProblem {
        NotAsked { question: name() },
        InvalidChoice { question: name() },
        NotYesOrNo { question: name() },
        Missing { question: name(), kind: AnswerKind::YesNo },
    })
}

fn calendars() -> Vec<CalendarProblem> {
    every!(CalendarProblem {
        Slug { max: 60 },
        SlugTaken,
        Color,
        NoMembers,
        PersonalMembers,
        CollectiveMembers { min: 2, max: 100 },
        ClassMembers,
        ServiceMembers,
        MemberTwice,
        MemberWeight,
        MemberNotInTeam,
        SimpleWithoutHours,
        HoursEmpty,
        SessionsToCome { sessions: 2, host: name() },
    })
}

fn rules() -> Vec<RuleProblem> {
    every!(RuleProblem {
        Duration,
        Interval,
        PreBuffer,
        PostBuffer,
        Notice,
        PerSlot,
        Seats,
        PerDay,
        LookBusy,
        CancelCutoff,
        RescheduleCutoff,
        Range,
        LastDateFirst,
        OverrideWithoutHours,
    })
}

fn services() -> Vec<ServiceProblem> {
    every!(ServiceProblem {
        TooMany { max: 200 },
        Duration,
        Processing,
        NoStaff,
        NoMember,
        ResourceGone,
        TooFewResources { resource: name(), quantity: 2 },
    })
}

fn resources() -> Vec<ResourceProblem> {
    every!(ResourceProblem {
        TooManySorts { max: 200 },
        Quantity { resource: name(), max: 1_000 },
        Needed { resource: name(), needed: 2, services: vec![name()] },
        Booked {
            resource: name(),
            quantity: 2,
            remaining: 1,
            until: jiff::Timestamp::UNIX_EPOCH,
            zone: zones::Zone::utc()
        },
    })
}

fn causes<T: Into<FieldCause>>(area: Vec<T>) -> Vec<FieldCause> {
    area.into_iter().map(Into::into).collect()
}

fn consequences() -> Vec<KindConsequence> {
    every!(KindConsequence {
        NothingToCome,
        AppointmentsStay { appointments: 1 },
        MembersRemoved,
        OneMemberStays,
        DistributionIdle,
        UsesIcloud,
        SeatsIdle,
        MenuEmpty,
        MenuIdle { services: 1 },
        OneDuration,
        SeatsTaken,
        NoIcloud,
        MenuNeeded,
        MenuUsed { services: 2 },
        OthersStay,
    })
}

fn names() -> Vec<TextName> {
    let question = || "How do you come?".to_owned();
    every!(TextName {
        YourName,
        GuestName,
        Phone,
        Notes,
        IdempotencyKey,
        Reason,
        Title,
        BusinessName,
        HolidayName,
        ResourceName,
        Name,
        Description,
        Place,
        Heading,
        Question,
        QuestionChoice { question: question() },
        Answer { question: question() },
        AppleId,
        ServerAddress,
        UserName,
        ServerPassword,
    })
}

fn assert_sentence(text: &str) {
    assert!(
        text.len() > 1 && text.ends_with('.') && !text.starts_with(char::is_lowercase),
        "{text:?}"
    );
}

#[test]
fn every_cause_has_a_code_of_its_own() {
    let mut codes = BTreeSet::new();
    for cause in all() {
        let code = cause.code();
        assert!(
            !code.is_empty() && code.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
            "{code:?}"
        );
        assert!(codes.insert(code), "{code} is the code of two causes");
    }
}

#[test]
fn every_cause_is_told_in_a_sentence() {
    for cause in all() {
        assert_sentence(&cause.to_string());
        assert_eq!(
            FieldProblem::new("name", cause.clone()).to_string(),
            cause.to_string()
        );
    }
    for consequence in consequences() {
        assert_sentence(&consequence.to_string());
    }
    for name in names() {
        assert_sentence(&TextProblem::Missing(name).to_string());
    }
}

#[test]
fn sentences_have_the_values_of_their_causes() {
    let question = || "How do you come?".to_owned();
    let told = |cause: FieldCause| cause.to_string();
    let too_long = TextProblem::TooLong {
        text: TextName::Answer { question: question() },
        max: 200,
    };
    assert_eq!(
        told(too_long.into()),
        "Please shorten the answer to “How do you come?” to at most 200 characters."
    );
    let booked = ResourceProblem::Booked {
        resource: "Chair".to_owned(),
        quantity: 3,
        remaining: 2,
        until: "2026-12-01T09:30:00Z".parse().unwrap(),
        zone: zones::Zone::named("Europe/Berlin").unwrap(),
    };
    assert_eq!(
        told(booked.into()),
        "Of “Chair”, more than 2 are booked until 1 December 2026, 10:30 (Europe/Berlin). Keep 3 until then, or move or cancel \
         the appointments that have them."
    );
    let sessions = |sessions| CalendarProblem::SessionsToCome {
        sessions,
        host: "Maya".to_owned(),
    };
    assert!(told(sessions(1).into()).starts_with("1 session is to come with Maya."));
    assert!(told(sessions(2).into()).starts_with("2 sessions are to come with Maya."));
    let unconfirmed = KindProblem::NotConfirmed {
        consequences: vec![KindConsequence::SeatsTaken, KindConsequence::OthersStay],
    };
    assert_eq!(
        told(unconfirmed.into()),
        "Tick that the kind is to change, if this is right: Whoever books takes one of a session's seats. Its questions, hours \
         and limits stay."
    );
}
