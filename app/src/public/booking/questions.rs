//! The booking calendar's own questions.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::details::Typed;
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

/// The fields of all questions.
#[component]
pub fn QuestionFields(
    /// What is asked.
    questions: Vec<AskedQuestion>,
    /// What was typed.
    typed: Typed,
) -> impl IntoView {
    let fields = questions
        .into_iter()
        .enumerate()
        .map(|(row, question)| {
            let name = format!("answers[{row}][text]");
            let bind = typed.answer(&question.label);
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
