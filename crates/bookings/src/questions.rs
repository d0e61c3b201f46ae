//! Validates a booking calendar's questions and its clients' answers.

use std::collections::BTreeSet;

use store::questions::{Answer, AnswerKind, IntakeQuestion};

use crate::problem::{AnswerProblem, QuestionProblem, TextName};
use crate::validate::{NAME_LIMIT, NOTES_LIMIT, Validator};

/// Maximum number of questions of a booking calendar.
pub const QUESTIONS_LIMIT: usize = 20;
/// Maximum number of choices of a question.
pub const CHOICES_LIMIT: usize = 50;

/// Returns the questions with trimmed texts and choices. Problems name the question by its text.
pub(crate) fn checked_questions(
    checked: &mut Validator,
    questions: Vec<IntakeQuestion>,
) -> Vec<IntakeQuestion> {
    const FIELD: &str = "questions";
    if questions.len() > QUESTIONS_LIMIT {
        checked.problem(FIELD, QuestionProblem::TooMany { max: QUESTIONS_LIMIT });
    }
    let mut labels = BTreeSet::new();
    let mut tidied = Vec::with_capacity(questions.len());
    for question in questions {
        let label = checked.required_line(FIELD, TextName::Question, &question.label, NAME_LIMIT);
        if !labels.insert(label.to_lowercase()) {
            let question = label.clone();
            checked.problem(FIELD, QuestionProblem::AskedTwice { question });
        }
        let choices: Vec<String> = match question.kind {
            AnswerKind::Choice => {
                let texts = question.choices.iter();
                texts
                    .map(|text| text.trim().to_owned())
                    .filter(|text| !text.is_empty())
                    .collect()
            }
            _ => Vec::new(),
        };
        let different: BTreeSet<&String> = choices.iter().collect();
        if question.kind == AnswerKind::Choice
            && (!(2..=CHOICES_LIMIT).contains(&choices.len()) || different.len() < choices.len())
        {
            checked.problem(
                FIELD,
                QuestionProblem::Choices {
                    question: label.clone(),
                    max: CHOICES_LIMIT,
                },
            );
        }
        for choice in &choices {
            let name = TextName::QuestionChoice {
                question: label.clone(),
            };
            checked.line(FIELD, name, choice, NAME_LIMIT);
        }
        tidied.push(IntakeQuestion {
            label,
            choices,
            ..question
        });
    }
    tidied
}

/// Returns the answers in the order of the questions, without empty ones.
pub(crate) fn checked_answers(
    checked: &mut Validator,
    questions: &[IntakeQuestion],
    given: &[Answer],
) -> Vec<Answer> {
    const FIELD: &str = "answers";
    let unknown = given.iter().find(|answer| {
        !answer.text.trim().is_empty() && !questions.iter().any(|asked| asked.label == answer.label)
    });
    if let Some(answer) = unknown {
        checked.problem(
            FIELD,
            AnswerProblem::NotAsked {
                question: answer.label.clone(),
            },
        );
    }
    let mut answers = Vec::new();
    for question in questions {
        let label = &question.label;
        let name = || TextName::Answer {
            question: label.clone(),
        };
        let typed = given
            .iter()
            .find(|answer| answer.label == *label)
            .map_or("", |answer| answer.text.trim());
        let text = match question.kind {
            AnswerKind::Line => checked.line(FIELD, name(), typed, NAME_LIMIT),
            AnswerKind::Text => checked.text(FIELD, name(), typed, NOTES_LIMIT),
            AnswerKind::Choice => {
                if !typed.is_empty() && !question.choices.iter().any(|choice| choice == typed) {
                    let question = label.clone();
                    checked.problem(FIELD, AnswerProblem::InvalidChoice { question });
                }
                typed.to_owned()
            }
            AnswerKind::YesNo => match typed {
                "" | "no" if question.required => String::new(),
                "" => "no".to_owned(),
                "yes" | "no" => typed.to_owned(),
                _ => {
                    let question = label.clone();
                    checked.problem(FIELD, AnswerProblem::NotYesOrNo { question });
                    String::new()
                }
            },
        };
        if text.is_empty() {
            if question.required {
                checked.problem(
                    FIELD,
                    AnswerProblem::Missing {
                        question: label.clone(),
                        kind: question.kind,
                    },
                );
            }
            continue;
        }
        answers.push(Answer {
            label: label.clone(),
            text,
        });
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(label: &str, kind: AnswerKind, required: bool) -> IntakeQuestion {
        let choices = match kind {
            AnswerKind::Choice => vec!["red".to_owned(), " green ".to_owned()],
            _ => Vec::new(),
        };
        IntakeQuestion {
            label: label.to_owned(),
            kind,
            choices,
            required,
        }
    }

    fn answer(label: &str, text: &str) -> Answer {
        Answer {
            label: label.to_owned(),
            text: text.to_owned(),
        }
    }

    fn problems(questions: &[IntakeQuestion], given: &[Answer]) -> Vec<String> {
        let mut checked = Validator::default();
        checked_answers(&mut checked, questions, given);
        let problems = checked.finish().err().unwrap_or_default();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn answers_fit_their_questions() {
        for (kind, required, text, good) in [
            (AnswerKind::Line, false, "", true),
            (AnswerKind::Line, true, " ", false),
            (AnswerKind::Line, true, "by bus", true),
            (AnswerKind::Line, false, "by\nbus", false),
            (AnswerKind::Text, true, "by\nbus", true),
            (AnswerKind::Choice, false, "", true),
            (AnswerKind::Choice, true, "", false),
            (AnswerKind::Choice, true, "red", true),
            (AnswerKind::Choice, false, "blue", false),
            (AnswerKind::YesNo, true, "yes", true),
            (AnswerKind::YesNo, true, "no", false),
            (AnswerKind::YesNo, false, "no", true),
            (AnswerKind::YesNo, false, "perhaps", false),
        ] {
            let found = problems(&[question("How?", kind, required)], &[answer("How?", text)]);
            assert_eq!(
                found.is_empty(),
                good,
                "{kind:?}, required {required}, {text:?}: {found:?}"
            );
        }
    }

    #[test]
    fn an_answer_to_nothing_is_told_and_not_dropped() {
        let found = problems(&[], &[answer("How?", "by bus")]);
        assert!(found[0].starts_with("“How?” is not asked here"), "{found:?}");
        assert_eq!(problems(&[], &[answer("How?", "")]), [""; 0]);
    }

    #[test]
    fn a_question_needs_a_text_of_its_own_and_choices_where_there_are_some() {
        for (questions, good) in [
            (vec![question("How?", AnswerKind::Choice, true)], true),
            (vec![question(" ", AnswerKind::Line, true)], false),
            (
                vec![
                    question("How?", AnswerKind::Line, true),
                    question("how? ", AnswerKind::Text, true),
                ],
                false,
            ),
            (
                vec![IntakeQuestion {
                    choices: vec!["red".to_owned(), "red".to_owned()],
                    ..question("How?", AnswerKind::Choice, true)
                }],
                false,
            ),
        ] {
            let mut checked = Validator::default();
            checked_questions(&mut checked, questions);
            assert_eq!(checked.finish().is_ok(), good);
        }
    }
}
