//! The booking calendar's own questions.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::{Check, Choice, Field, LongText};

/// A question, as the form shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionView {
    /// The question's text.
    pub label: String,
    /// `line`, `text`, `choice` or `yes-no`.
    pub kind: String,
    /// The choices; empty for other kinds.
    pub choices: Vec<String>,
    /// Whether an answer is required.
    pub required: bool,
}

/// A posted answer. It repeats the question's text, so that it is not taken for the answer to another question if they change meanwhile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerText {
    /// The question's text.
    pub label: String,
    /// The answer.
    pub text: String,
}

/// The answers as typed, by the question's text. They live as long as the page.
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

    /// Restores answers from the JSON in a flash message.
    pub fn restore(self, flash: &str) {
        let answers: Vec<AnswerText> = serde_json::from_str(flash).unwrap_or_default();
        for answer in answers {
            let signal = self.of(&answer.label);
            if signal.get_untracked().is_empty() {
                signal.set(answer.text);
            }
        }
    }
}

/// Converts a question for the form.
#[cfg(feature = "ssr")]
pub fn question_view(question: &bookings::booking_calendars::IntakeQuestion) -> QuestionView {
    QuestionView {
        label: question.label.clone(),
        kind: serde_json::json!(question.kind)
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        choices: question.choices.clone(),
        required: question.required,
    }
}

/// Converts posted answers for the use cases.
#[cfg(feature = "ssr")]
pub fn to_answers(answers: Vec<AnswerText>) -> Vec<bookings::booking_calendars::Answer> {
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
    /// The questions.
    questions: Vec<QuestionView>,
    /// The answers as typed.
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
    // Links to a problem with the answers lead here.
    view! { <div id="field-answers">{fields}</div> }
}
