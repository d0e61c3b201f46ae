//! The booking calendar's own questions.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::flash::FormFlash;
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

/// The answers as typed, by the question's text.
pub type Answers = BTreeMap<String, String>;

/// The answers that a refused form keeps under `answers`, as JSON.
pub fn answers_of(flash: &FormFlash) -> Answers {
    let answers: Vec<AnswerText> = serde_json::from_str(&flash.value("answers")).unwrap_or_default();
    answers
        .into_iter()
        .map(|answer| (answer.label, answer.text))
        .collect()
}

/// Converts a question for the form.
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
            let value = answers.get(&question.label).cloned().unwrap_or_default();
            let label = question.label.clone();
            let required = question.required;
            let field = match question.kind.as_str() {
                "text" => view! { <LongText label name value required rows=3/> }.into_any(),
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
                    view! { <Choice label name options value required optional=!required/> }.into_any()
                }
                "yes-no" => {
                    view! { <Check label name value="yes" checked=value == "yes" required optional=!required/> }.into_any()
                }
                _ => view! { <Field label name value required/> }.into_any(),
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
