//! A row of the specification is a sentence of it, the kinds that the sentence holds for, a scene, and what is offered or
//! refused in it. Every row is asked of every kind that it names.

use scheduling::Kind;

use crate::kinds::Asked;
use crate::scene::Scene;

/// A row of a table.
pub struct Case {
    sentence: &'static str,
    kinds: &'static [Kind],
    scene: Scene,
    answers: Vec<Answer>,
}

/// What is expected of a scene.
enum Answer {
    /// The starts as local times.
    Starts(&'static str),
    /// The starts in UTC.
    Utc(&'static str),
    /// The number of starts.
    Count(usize),
    /// A start is on offer.
    Offers(&'static str),
    /// A start is not on offer, for these reasons, each named once.
    Refuses(&'static str, &'static str),
}

/// A row without answers yet.
pub fn case(sentence: &'static str, kinds: &'static [Kind], scene: Scene) -> Case {
    Case {
        sentence,
        kinds,
        scene,
        answers: Vec::new(),
    }
}

impl Case {
    /// These starts are on offer and no others: "09:00 09:30", with the day of the month where there are several days.
    pub fn starts(self, local: &'static str) -> Self {
        self.answer(Answer::Starts(local))
    }

    /// The same in UTC, always without the day.
    pub fn utc(self, times: &'static str) -> Self {
        self.answer(Answer::Utc(times))
    }

    /// So many starts are on offer.
    pub fn count(self, count: usize) -> Self {
        self.answer(Answer::Count(count))
    }

    /// Nothing is on offer.
    pub fn nothing(self) -> Self {
        self.count(0)
    }

    /// This start is on offer.
    pub fn offers(self, start: &'static str) -> Self {
        self.answer(Answer::Offers(start))
    }

    /// This start is not, for these reasons.
    pub fn refuses(self, start: &'static str, codes: &'static str) -> Self {
        self.answer(Answer::Refuses(start, codes))
    }

    fn answer(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    /// What does not hold, one line each.
    fn failures(&self) -> Vec<String> {
        assert!(
            !self.kinds.is_empty() && !self.answers.is_empty(),
            "nothing is said by: {}",
            self.sentence
        );
        let mut failures = Vec::new();
        for kind in self.kinds {
            let asked = Asked::of(&self.scene, *kind);
            let wrong = self.answers.iter().filter_map(|answer| answer.differs(&asked));
            failures.extend(wrong.map(|wrong| format!("{} [{}]: {wrong}", self.sentence, kind.as_str())));
        }
        failures
    }
}

impl Answer {
    /// How what is found differs, if it does.
    fn differs(&self, asked: &Asked) -> Option<String> {
        let (expected, found) = match *self {
            Self::Starts(local) => (local.to_owned(), asked.local()),
            Self::Utc(times) => (times.to_owned(), asked.utc()),
            Self::Count(count) => (
                format!("{count} starts"),
                format!("{} starts", asked.starts().len()),
            ),
            Self::Offers(start) => (
                format!("{start} offered"),
                format!("{start} {}", asked.verdict(start)),
            ),
            Self::Refuses(start, codes) => (
                format!("{start} {codes}"),
                format!("{start} {}", asked.verdict(start)),
            ),
        };
        (expected != found).then(|| format!("expected “{expected}”, found “{found}”"))
    }
}

/// Asks every row of every kind it names, and tells everything that does not hold.
pub fn hold(cases: impl IntoIterator<Item = Case>) {
    let failures: Vec<String> = cases.into_iter().flat_map(|case| case.failures()).collect();
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}
