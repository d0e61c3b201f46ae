//! Labelled inputs. Each has a label, and help and error tied to it by `aria-describedby`.
//!
//! `problem` is the form's error, usually from [`crate::flash::FormFlash::problem`]: a field shows the sentence about it. `id` is needed only when a page
//! has two fields of the same name.

use leptos::prelude::*;

use super::title::between_tags;
use crate::error::AppError;

/// The error of the form that a field belongs to.
pub type Problem = Signal<Option<AppError>>;

/// The ids that tie label, help and error of a field together.
struct Ids {
    input: String,
    help: String,
    error: String,
}

impl Ids {
    fn new(id: &str, name: &str) -> Self {
        let input = if id.is_empty() {
            format!("field-{name}")
        } else {
            id.to_owned()
        };
        Self {
            help: format!("{input}-help"),
            error: format!("{input}-error"),
            input,
        }
    }

    fn described_by(
        &self,
        has_help: bool,
        sentence: Signal<Option<String>>,
    ) -> impl Fn() -> Option<String> + Clone + use<> {
        let (help, error) = (self.help.clone(), self.error.clone());
        move || {
            let parts: Vec<&str> = [(has_help, &help), (sentence.read().is_some(), &error)]
                .into_iter()
                .filter_map(|(shown, id)| shown.then_some(id.as_str()))
                .collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        }
    }
}

/// The sentence about the field of this name.
pub(crate) fn sentence_of(problem: Option<Problem>, name: &str) -> Signal<Option<String>> {
    let name = name.to_owned();
    Signal::derive(move || problem?.read().as_ref()?.of_field(&name))
}

/// Help and error below an input.
#[component]
fn Below(help: String, help_id: String, error_id: String, sentence: Signal<Option<String>>) -> impl IntoView {
    view! {
        {(!help.is_empty()).then(|| view! { <p class="field-help" id=help_id>{help}</p> })}
        {move || sentence.get().map(|text| view! { <p class="field-error" id=error_id.clone()>{text}</p> })}
    }
}

/// The mark behind the label of an optional field.
#[component]
fn Optional() -> impl IntoView {
    view! { <span class="field-optional">" (optional)"</span> }
}

/// A single-line input.
#[component]
pub fn Field(
    /// The label above the input.
    #[prop(into)]
    label: String,
    /// The posted name.
    #[prop(into)]
    name: String,
    /// The initial value.
    #[prop(into, optional)]
    value: String,
    /// The input's type: text, email, password, tel, number, date, time, search.
    #[prop(default = "text")]
    kind: &'static str,
    /// The help text.
    #[prop(into, optional)]
    help: String,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
    /// Whether a value is required. Optional fields are marked.
    #[prop(optional)]
    required: bool,
    /// Whether the mark is left out, because the help text or another field explains when it is needed.
    #[prop(optional)]
    unmarked: bool,
    /// The `autocomplete` attribute: email, name, tel, current-password, off …
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The `inputmode` attribute: numeric, email …
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// Maximum number of characters.
    #[prop(default = 200)]
    maxlength: u32,
    /// The smallest number, date or time.
    #[prop(into, optional)]
    min: Option<String>,
    /// The largest number, date or time.
    #[prop(into, optional)]
    max: Option<String>,
    /// The step between numbers.
    #[prop(into, optional)]
    step: Option<String>,
    /// The input's id, if it differs from the default.
    #[prop(into, optional)]
    id: String,
) -> impl IntoView {
    let ids = Ids::new(&id, &name);
    let sentence = sentence_of(problem, &name);
    let described_by = ids.described_by(!help.is_empty(), sentence);
    let text_like = !matches!(kind, "number" | "date" | "time");
    view! {
        <div class="field">
            <label for=ids.input.clone()>
                {label} {(!required && !unmarked).then(|| view! { <Optional/> })}
            </label>
            <input
                id=ids.input.clone()
                name=name
                type=kind
                value=value
                required=required
                autocomplete=autocomplete
                inputmode=inputmode
                maxlength=text_like.then_some(maxlength)
                min=min
                max=max
                step=step
                aria-invalid=move || sentence.read().is_some().then_some("true")
                aria-describedby=described_by
            />
            <Below help=help help_id=ids.help error_id=ids.error sentence=sentence/>
        </div>
    }
}

/// A multi-line input.
#[component]
pub fn LongText(
    /// The label above the input.
    #[prop(into)]
    label: String,
    /// The posted name.
    #[prop(into)]
    name: String,
    /// The initial value.
    #[prop(into, optional)]
    value: String,
    /// The help text.
    #[prop(into, optional)]
    help: String,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
    /// Whether a value is required.
    #[prop(optional)]
    required: bool,
    /// Number of lines shown.
    #[prop(default = 4)]
    rows: u32,
    /// Maximum number of characters.
    #[prop(default = 2000)]
    maxlength: u32,
    /// The input's id, if it differs from the default.
    #[prop(into, optional)]
    id: String,
) -> impl IntoView {
    let ids = Ids::new(&id, &name);
    let sentence = sentence_of(problem, &name);
    let described_by = ids.described_by(!help.is_empty(), sentence);
    view! {
        <div class="field">
            <label for=ids.input.clone()>
                {label} {(!required).then(|| view! { <Optional/> })}
            </label>
            <textarea
                id=ids.input.clone()
                name=name
                rows=rows
                maxlength=maxlength
                required=required
                aria-invalid=move || sentence.read().is_some().then_some("true")
                aria-describedby=described_by
            >
                {between_tags(value)}
            </textarea>
            <Below help=help help_id=ids.help error_id=ids.error sentence=sentence/>
        </div>
    }
}

/// A drop-down list.
#[component]
pub fn Choice(
    /// The label above the list.
    #[prop(into)]
    label: String,
    /// The posted name.
    #[prop(into)]
    name: String,
    /// Values and labels.
    options: Vec<(String, String)>,
    /// The initial value.
    #[prop(into, optional)]
    value: String,
    /// The help text.
    #[prop(into, optional)]
    help: String,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
    /// Whether a non-empty value is required.
    #[prop(optional)]
    required: bool,
    /// Whether it is marked as optional.
    #[prop(optional)]
    optional: bool,
    /// The list's id, if it differs from the default.
    #[prop(into, optional)]
    id: String,
) -> impl IntoView {
    let ids = Ids::new(&id, &name);
    let sentence = sentence_of(problem, &name);
    let described_by = ids.described_by(!help.is_empty(), sentence);
    let options = options
        .into_iter()
        .map(|(key, text)| {
            let selected = key == value;
            view! { <option value=key selected=selected>{text}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=ids.input.clone()>{label} {optional.then(|| view! { <Optional/> })}</label>
            <select
                id=ids.input.clone()
                name=name
                required=required
                aria-invalid=move || sentence.read().is_some().then_some("true")
                aria-describedby=described_by
            >
                {options}
            </select>
            <Below help=help help_id=ids.help error_id=ids.error sentence=sentence/>
        </div>
    }
}

/// A check box. If it is not ticked nothing is posted, so its argument needs `#[server(default)]`.
#[component]
pub fn Check(
    /// The label beside the box.
    #[prop(into)]
    label: String,
    /// The posted name.
    #[prop(into)]
    name: String,
    /// The posted value when ticked.
    #[prop(into, default = "true".to_owned())]
    value: String,
    /// Whether it is ticked at first.
    #[prop(optional)]
    checked: bool,
    /// The help text.
    #[prop(into, optional)]
    help: String,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
    /// Whether it must be ticked.
    #[prop(optional)]
    required: bool,
    /// Whether it is marked as optional.
    #[prop(optional)]
    optional: bool,
    /// The box's id; needed when several boxes share a name.
    #[prop(into, optional)]
    id: String,
) -> impl IntoView {
    let ids = Ids::new(&id, &name);
    let sentence = sentence_of(problem, &name);
    let described_by = ids.described_by(!help.is_empty(), sentence);
    view! {
        <div class="check">
            <input
                id=ids.input.clone()
                type="checkbox"
                name=name
                value=value
                checked=checked
                required=required
                aria-invalid=move || sentence.read().is_some().then_some("true")
                aria-describedby=described_by
            />
            <label for=ids.input>{label} {optional.then(|| view! { <Optional/> })}</label>
            <Below help=help help_id=ids.help error_id=ids.error sentence=sentence/>
        </div>
    }
}

/// Radio buttons, each with a sentence.
#[component]
pub fn Options(
    /// The question.
    #[prop(into)]
    legend: String,
    /// The posted name.
    #[prop(into)]
    name: String,
    /// The group's id, if it differs from the default.
    #[prop(into, optional)]
    id: String,
    /// Value, label and sentence (may be empty) of each option.
    options: Vec<(String, String, String)>,
    /// The help text.
    #[prop(into, optional)]
    help: String,
    /// The initial value.
    #[prop(into, optional)]
    value: String,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
) -> impl IntoView {
    let ids = Ids::new(&id, &name);
    let sentence = sentence_of(problem, &name);
    let described_by = ids.described_by(!help.is_empty(), sentence);
    let options = options
        .into_iter()
        .map(|(key, label, help)| {
            let id = format!("{}-{key}", ids.input);
            let help_id = format!("{id}-help");
            let described_by = (!help.is_empty()).then(|| help_id.clone());
            let checked = key == value;
            view! {
                <div class="check">
                    <input id=id.clone() type="radio" name=name.clone() value=key checked=checked aria-describedby=described_by/>
                    <label for=id>{label}</label>
                    {(!help.is_empty()).then(|| view! { <p class="field-help" id=help_id>{help}</p> })}
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="options" id=ids.input.clone() tabindex="-1" aria-describedby=described_by>
            <legend>{legend}</legend>
            <Below help=help help_id=ids.help error_id=ids.error sentence=sentence/>
            {options}
        </fieldset>
    }
}

/// A group of fields with common help and error. Links to its error lead here.
#[component]
pub fn FieldGroup(
    /// The legend.
    #[prop(into)]
    legend: String,
    /// The name that the form's error uses for the group.
    #[prop(into)]
    name: String,
    /// A class in addition to `options`.
    #[prop(optional)]
    class: &'static str,
    /// The help text.
    #[prop(into, optional)]
    help: String,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
    /// The group's id, if it differs from the default.
    #[prop(into, optional)]
    id: String,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let ids = Ids::new(&id, &name);
    let sentence = sentence_of(problem, &name);
    let described_by = ids.described_by(!help.is_empty(), sentence);
    view! {
        <fieldset class=format!("options {class}") id=ids.input.clone() tabindex="-1" aria-describedby=described_by>
            <legend>{legend}</legend>
            <Below help=help help_id=ids.help error_id=ids.error sentence=sentence/>
            {children()}
        </fieldset>
    }
}
