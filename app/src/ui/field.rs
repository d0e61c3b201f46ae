//! Labelled inputs. Every one has a real label, its help and its error tied to it by `aria-describedby`.
//!
//! `problem` is the form's error, usually from [`super::problem_of`]: a field shows the sentence that names it.
//! `id` is only needed when one page has two fields of the same name.

use leptos::prelude::*;

use super::title::between_tags;
use crate::error::AppError;

/// The error of the form that a field belongs to.
pub type Problem = Signal<Option<AppError>>;

/// What ties label, help and error of a field together.
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

/// What is wrong with the field of this name.
pub(crate) fn sentence_of(problem: Option<Problem>, name: &str) -> Signal<Option<String>> {
    let name = name.to_owned();
    Signal::derive(move || problem?.read().as_ref()?.of_field(&name))
}

/// What a person typed before the page came to life belongs into the signal, too.
fn take_over(bind: Option<RwSignal<String>>, typed: impl Fn() -> Option<String> + 'static) {
    if let Some(signal) = bind {
        Effect::new(move |_| {
            if let Some(text) = typed().filter(|text| *text != signal.get_untracked()) {
                signal.set(text);
            }
        });
    }
}

/// Help and error under an input.
#[component]
fn Below(help: String, help_id: String, error_id: String, sentence: Signal<Option<String>>) -> impl IntoView {
    view! {
        {(!help.is_empty()).then(|| view! { <p class="field-help" id=help_id>{help}</p> })}
        {move || sentence.get().map(|text| view! { <p class="field-error" id=error_id.clone()>{text}</p> })}
    }
}

/// Behind the label of what need not be filled in.
#[component]
fn Optional() -> impl IntoView {
    view! { <span class="field-optional">" (optional)"</span> }
}

/// A field of one line.
#[component]
pub fn Field(
    /// The label above the input.
    #[prop(into)]
    label: String,
    /// The name under which the value is sent.
    #[prop(into)]
    name: String,
    /// The value at first.
    #[prop(into, optional)]
    value: String,
    /// The input's type: text, email, password, tel, number, date, time, search.
    #[prop(default = "text")]
    kind: &'static str,
    /// A sentence that helps to fill it in.
    #[prop(into, optional)]
    help: String,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
    /// Must be filled in. Fields that need not be say "optional".
    #[prop(optional)]
    required: bool,
    /// Says neither: it matters only together with another field, or its help says what an empty one means.
    #[prop(optional)]
    unmarked: bool,
    /// What browsers may fill in: email, name, tel, current-password, off …
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The keyboard that phones show: numeric, email …
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// At most this many characters.
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
    /// An own id.
    #[prop(into, optional)]
    id: String,
    /// Keeps the value outside the form, so that it outlives the form's being shown again.
    #[prop(optional)]
    bind: Option<RwSignal<String>>,
) -> impl IntoView {
    let ids = Ids::new(&id, &name);
    let sentence = sentence_of(problem, &name);
    let described_by = ids.described_by(!help.is_empty(), sentence);
    let text_like = !matches!(kind, "number" | "date" | "time");
    let first = bind.map_or(value, |signal| signal.get_untracked());
    let typed = NodeRef::<leptos::html::Input>::new();
    take_over(bind, move || typed.get().map(|input| input.value()));
    view! {
        <div class="field">
            <label for=ids.input.clone()>
                {label} {(!required && !unmarked).then(|| view! { <Optional/> })}
            </label>
            <input
                id=ids.input.clone()
                name=name
                type=kind
                value=first
                node_ref=typed
                on:input=move |event| {
                    if let Some(signal) = bind {
                        signal.set(event_target_value(&event));
                    }
                }
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

/// A field of several lines.
#[component]
pub fn LongText(
    /// The label above the input.
    #[prop(into)]
    label: String,
    /// The name under which the value is sent.
    #[prop(into)]
    name: String,
    /// The value at first.
    #[prop(into, optional)]
    value: String,
    /// A sentence that helps to fill it in.
    #[prop(into, optional)]
    help: String,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
    /// Must be filled in.
    #[prop(optional)]
    required: bool,
    /// Lines shown.
    #[prop(default = 4)]
    rows: u32,
    /// At most this many characters.
    #[prop(default = 2000)]
    maxlength: u32,
    /// An own id.
    #[prop(into, optional)]
    id: String,
    /// Keeps the value outside the form.
    #[prop(optional)]
    bind: Option<RwSignal<String>>,
) -> impl IntoView {
    let ids = Ids::new(&id, &name);
    let sentence = sentence_of(problem, &name);
    let described_by = ids.described_by(!help.is_empty(), sentence);
    let first = bind.map_or(value, |signal| signal.get_untracked());
    let typed = NodeRef::<leptos::html::Textarea>::new();
    take_over(bind, move || typed.get().map(|input| input.value()));
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
                node_ref=typed
                on:input=move |event| {
                    if let Some(signal) = bind {
                        signal.set(event_target_value(&event));
                    }
                }
                aria-invalid=move || sentence.read().is_some().then_some("true")
                aria-describedby=described_by
            >
                {between_tags(first)}
            </textarea>
            <Below help=help help_id=ids.help error_id=ids.error sentence=sentence/>
        </div>
    }
}

/// A choice from a list that drops down.
#[component]
pub fn Choice(
    /// The label above the list.
    #[prop(into)]
    label: String,
    /// The name under which the value is sent.
    #[prop(into)]
    name: String,
    /// Values and what is shown for them.
    options: Vec<(String, String)>,
    /// The value chosen at first.
    #[prop(into, optional)]
    value: String,
    /// A sentence that helps to choose.
    #[prop(into, optional)]
    help: String,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
    /// Something other than an empty value must be chosen.
    #[prop(optional)]
    required: bool,
    /// Need not be chosen, and says so.
    #[prop(optional)]
    optional: bool,
    /// An own id.
    #[prop(into, optional)]
    id: String,
    /// Keeps the value outside the form.
    #[prop(optional)]
    bind: Option<RwSignal<String>>,
) -> impl IntoView {
    let ids = Ids::new(&id, &name);
    let sentence = sentence_of(problem, &name);
    let described_by = ids.described_by(!help.is_empty(), sentence);
    let value = bind.map_or(value, |signal| signal.get_untracked());
    let chosen = NodeRef::<leptos::html::Select>::new();
    take_over(bind, move || chosen.get().map(|select| select.value()));
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
                node_ref=chosen
                on:change=move |event| {
                    if let Some(signal) = bind {
                        signal.set(event_target_value(&event));
                    }
                }
                aria-invalid=move || sentence.read().is_some().then_some("true")
                aria-describedby=described_by
            >
                {options}
            </select>
            <Below help=help help_id=ids.help error_id=ids.error sentence=sentence/>
        </div>
    }
}

/// A box to tick. A box that is not ticked sends nothing, so its argument needs `#[server(default)]`.
#[component]
pub fn Check(
    /// The label beside the box.
    #[prop(into)]
    label: String,
    /// The name under which the value is sent.
    #[prop(into)]
    name: String,
    /// The value that is sent when ticked.
    #[prop(into, default = "true".to_owned())]
    value: String,
    /// Whether it is ticked at first.
    #[prop(optional)]
    checked: bool,
    /// A sentence that helps to decide.
    #[prop(into, optional)]
    help: String,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
    /// Must be ticked.
    #[prop(optional)]
    required: bool,
    /// Need not be ticked, and says so.
    #[prop(optional)]
    optional: bool,
    /// An own id; needed when several boxes share a name.
    #[prop(into, optional)]
    id: String,
    /// Keeps the value outside the form: that of the box when ticked, else nothing.
    #[prop(optional)]
    bind: Option<RwSignal<String>>,
) -> impl IntoView {
    let ids = Ids::new(&id, &name);
    let sentence = sentence_of(problem, &name);
    let described_by = ids.described_by(!help.is_empty(), sentence);
    let checked = bind.map_or(checked, |signal| signal.get_untracked() == value);
    let sent = value.clone();
    view! {
        <div class="check">
            <input
                id=ids.input.clone()
                type="checkbox"
                name=name
                value=value
                checked=checked
                required=required
                on:change=move |event| {
                    if let Some(signal) = bind {
                        signal.set(if event_target_checked(&event) { sent.clone() } else { String::new() });
                    }
                }
                aria-invalid=move || sentence.read().is_some().then_some("true")
                aria-describedby=described_by
            />
            <label for=ids.input>{label} {optional.then(|| view! { <Optional/> })}</label>
            <Below help=help help_id=ids.help error_id=ids.error sentence=sentence/>
        </div>
    }
}

/// One of few options, all shown, each with a sentence.
#[component]
pub fn Options(
    /// The question.
    #[prop(into)]
    legend: String,
    /// The name under which the value is sent.
    #[prop(into)]
    name: String,
    /// An id of its own, where the page has several fields of this name.
    #[prop(into, optional)]
    id: String,
    /// Value, label and explaining sentence (may be empty) of each option.
    options: Vec<(String, String, String)>,
    /// A sentence that helps to choose.
    #[prop(into, optional)]
    help: String,
    /// The value chosen at first.
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

/// Fields that belong together, with the help and the error of all of them. What is wrong leads here.
#[component]
pub fn FieldGroup(
    /// What they are about.
    #[prop(into)]
    legend: String,
    /// The name by which the form's error calls them.
    #[prop(into)]
    name: String,
    /// A class for their look beside `options`.
    #[prop(optional)]
    class: &'static str,
    /// A sentence that helps to fill them in.
    #[prop(into, optional)]
    help: String,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
    /// An own id.
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
