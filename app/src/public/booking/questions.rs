//! The booking calendar's own questions.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::{Check, Choice, Field, LongText};

/// A question as the form shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedQuestion {
    /// What is asked.
    pub label: String,
    /// `line`, `text`, `choice` or `yes-no`.
    pub kind: String,
    /// What can be chosen.
    pub choices: Vec<String>,
    /// Must be answered.
    pub required: bool,
}

/// An answer as it is sent. It names its question, so that it stays with it when the questions change meanwhile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerText {
    /// What was asked.
    pub label: String,
    /// What was answered.
    pub text: String,
}

/// What was answered so far, by the text of the question. It lives as long as the page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answers(StoredValue<BTreeMap<String, ArcRwSignal<String>>>);

impl Answers {
    /// The answer to a question.
    pub fn of(self, label: &str) -> RwSignal<String> {
        let mut answer = ArcRwSignal::default();
        self.0.update_value(|answers| {
            answer = answers.entry(label.to_owned()).or_default().clone();
        });
        answer.into()
    }

    /// Takes over what the server kept, as JSON, of a form that was sent without script.
    pub fn take(self, kept: &str) {
        let answers: Vec<AnswerText> = serde_json::from_str(kept).unwrap_or_default();
        for answer in answers {
            let signal = self.of(&answer.label);
            if signal.get_untracked().is_empty() {
                signal.set(answer.text);
            }
        }
    }
}

/// A question of a booking calendar as the form shows it.
#[cfg(feature = "ssr")]
pub fn asked_question(question: &bookings::booking_calendars::IntakeQuestion) -> AskedQuestion {
    AskedQuestion {
        label: question.label.clone(),
        kind: serde_json::json!(question.kind)
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        choices: question.choices.clone(),
        required: question.required,
    }
}

/// Answers as the use cases take them.
#[cfg(feature = "ssr")]
pub fn given(answers: Vec<AnswerText>) -> Vec<bookings::booking_calendars::Answer> {
    let answers = answers.into_iter();
    answers
        .map(|answer| bookings::booking_calendars::Answer {
            label: answer.label,
            text: answer.text,
        })
        .collect()
}

/// The fields of all questions.
#[component]
pub fn QuestionFields(
    /// What is asked.
    questions: Vec<AskedQuestion>,
    /// What was answered.
    answers: Answers,
) -> impl IntoView {
    let fields = questions
        .into_iter()
        .enumerate()
        .map(|(row, question)| {
            let name = format!("answers[{row}][text]");
            let bind = answers.of(&question.label);
            let label = question.label.clone();
            let required = question.required;
            let field = match question.kind.as_str() {
                "text" => view! { <LongText label name bind required rows=3/> }.into_any(),
                "choice" => {
                    let nothing = if required { "Choose one" } else { "No answer" };
                    let options = std::iter::once((String::new(), nothing.to_owned()))
                        .chain(
                            question
                                .choices
                                .into_iter()
                                .map(|choice| (choice.clone(), choice)),
                        )
                        .collect();
                    view! { <Choice label name options bind required optional=!required/> }.into_any()
                }
                "yes-no" => {
                    view! { <Check label name value="yes" bind required optional=!required/> }.into_any()
                }
                _ => view! { <Field label name bind required/> }.into_any(),
            };
            view! {
                <div class="asked">
                    <input type="hidden" name=format!("answers[{row}][label]") value=question.label/>
                    {field}
                </div>
            }
        })
        .collect_view();
    // What is wrong with the answers leads here.
    view! { <div id="field-answers">{fields}</div> }
}
