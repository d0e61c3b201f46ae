//! The questions that clients are asked besides name and address.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{name, pair};
use crate::ui::field::{Problem, sentence_of};
use crate::ui::{Card, Check, Choice, Field};

/// A question as typed; ignored without a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuestionText {
    /// The question's text.
    pub label: String,
    /// The kind of answer.
    pub kind: String,
    /// The choices, separated by commas.
    pub choices: String,
    /// Whether an answer is required.
    pub required: String,
}

impl QuestionText {
    fn is_empty(&self) -> bool {
        self.label.trim().is_empty() && self.choices.trim().is_empty()
    }
}

/// Number of empty rows at the end.
const SPARE: usize = 2;

/// The card "Questions".
#[component]
pub fn QuestionsCard(
    /// The present questions.
    questions: Vec<QuestionText>,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    let sentence = sentence_of(Some(problem), &name("questions"));
    // Empty rows in between stay, so that an error finds its row.
    let used = questions.iter().rposition(|question| !question.is_empty());
    let used = used.map_or(0, |last| last + 1);
    let spare = std::iter::repeat_n(QuestionText::default(), SPARE);
    let rows = questions
        .into_iter()
        .take(used)
        .chain(spare)
        .enumerate()
        .map(|(row, question)| view! { <QuestionFields row question problem/> })
        .collect_view();
    view! {
        <Card title="Questions">
            <div id=format!("field-{}", name("questions")) tabindex="-1">
                <p class="field-help">
                    "Clients are always asked for their name, mail address, telephone number and notes. Add what else you need to know; usually nothing. Empty a question to remove it; save to get more empty rows, up to 20."
                </p>
                {move || sentence.get().map(|text| view! { <p class="field-error">{text}</p> })}
            </div>
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
fn QuestionFields(row: usize, question: QuestionText, problem: Problem) -> impl IntoView {
    let field = |part: &str| format!("calendar[questions][{row}][{part}]");
    let number = row + 1;
    view! {
        <fieldset class="question">
            <legend>{format!("Question {number}")}</legend>
            <div class="field-row">
                <Field label="Text" name=field("label") value=question.label unmarked=true help="What clients read, such as How did you find us?" problem/>
                <Choice label="Answer" name=field("kind") options=answers() value=question.kind help="Usually a short text." problem/>
            </div>
            <div class="question-choices">
                <Field label="Choices" name=field("choices") value=question.choices unmarked=true maxlength=1000 help="2 to 50, separated by commas: red, green, blue." problem/>
            </div>
            <Check label="Must be answered" name=field("required") checked=question.required == "true" help="Usually not ticked: clients may leave it empty."/>
        </fieldset>
    }
}
