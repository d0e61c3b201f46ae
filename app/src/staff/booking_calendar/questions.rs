//! What clients are asked besides their name and mail address.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{name, pair};
use crate::ui::field::Problem;
use crate::ui::{Card, Check, Choice, Field};

/// A question as typed; without a text it is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuestionText {
    /// What is asked.
    pub label: String,
    /// How it is answered.
    pub kind: String,
    /// The answers to choose from, separated by commas.
    pub choices: String,
    /// Whether it must be answered.
    pub required: String,
}

/// Empty rows that wait to be filled in.
const SPARE: usize = 2;

/// "Questions".
#[component]
pub fn QuestionsCard(
    /// What is asked so far.
    questions: Vec<QuestionText>,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    let sentence = Signal::derive(move || problem.read().as_ref()?.of_field(&name("questions")));
    let spare = std::iter::repeat_n(QuestionText::default(), SPARE);
    let rows = questions
        .into_iter()
        .chain(spare)
        .enumerate()
        .map(|(row, question)| view! { <QuestionFields row question/> })
        .collect_view();
    view! {
        <Card title="Questions">
            {move || sentence.get().map(|text| view! { <p class="field-error">{text}</p> })}
            <p class="field-help">
                "Clients are always asked for their name, mail address, telephone number and notes. Add what else you need to know. Empty the text of a question to remove it; save to get more empty rows, up to 20."
            </p>
            {rows}
        </Card>
    }
}

fn answers() -> Vec<(String, String)> {
    [
        ("line", "A short text"),
        ("text", "A long text"),
        ("choice", "One of a list"),
        ("yes-no", "Yes or no"),
    ]
    .map(pair)
    .to_vec()
}

#[component]
fn QuestionFields(row: usize, question: QuestionText) -> impl IntoView {
    let field = |part: &str| format!("calendar[questions][{row}][{part}]");
    let number = row + 1;
    view! {
        <fieldset class="question">
            <legend>{format!("Question {number}")}</legend>
            <div class="field-row">
                <Field label="Text" name=field("label") value=question.label/>
                <Choice label="Answer" name=field("kind") options=answers() value=question.kind/>
            </div>
            <div class="question-choices">
                <Field label="List" name=field("choices") value=question.choices maxlength=1000 help="Separated by commas: red, green, blue."/>
            </div>
            <Check label="Must be answered" name=field("required") checked=question.required == "true"/>
        </fieldset>
    }
}
