// What every page does in the browser. It wakes the page's islands, sends forms in place, applies a choice at once, keeps what was typed
// while other times are looked at, and proposes the browser's time zone. Without it each page works as plain HTML.
(() => {
  const { glue, wasm } = document.currentScript.dataset;
  const root = document.documentElement;

  // A form waits at most so long for what an island still computes for it, in milliseconds; the server accepts it without by then.
  const LONGEST_WAIT = 11_000;
  const UNREACHED =
    "Quince could not be reached. Check your connection, then try again. What you typed is still here.";
  const UNREADABLE = "The server did not accept this. Wait a moment, then try again.";

  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  async function wakeIslands() {
    const islands = document.querySelectorAll("leptos-island");
    if (islands.length > 0) {
      const bytes = fetch(wasm);
      const module = await import(glue);
      await module.default({ module_or_path: bytes });
      module.hydrate();
      islands.forEach((island) => module[island.dataset.component](island));
    }
    // The style sheet hides what is for people without script, and journeys wait for it.
    root.dataset.hydrated = "true";
  }

  // Replaces an address that names no zone by one with the browser's, if that is another. Answers whether it did.
  function proposeZone() {
    const shown = document.querySelector("form[data-guess-zone]")?.dataset.guessZone;
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!shown || !own || shown === own) {
      return false;
    }
    const address = new URL(location);
    address.searchParams.set("zone", own);
    location.replace(address);
    return true;
  }

  // A list in a form that is marked with data-auto takes effect at once. The address tells what was chosen since the page was loaded.
  function apply(form) {
    const asked = new URLSearchParams(new FormData(form));
    const shown = new URLSearchParams(location.search);
    for (const { name } of form.querySelectorAll("input[type=hidden]")) {
      asked.set(name, shown.get(name) ?? "");
    }
    const named = [...asked].filter(([, value]) => value !== "");
    location.assign(`${form.getAttribute("action")}?${new URLSearchParams(named)}`);
  }

  async function send(form, button) {
    if (form.ariaBusy) {
      return;
    }
    const busy = [form, button].filter(Boolean);
    const word = document.createElement("span");
    word.role = "status";
    word.className = "sending";
    busy.forEach((element) => (element.ariaBusy = "true"));
    (button ?? form.lastElementChild).after(word);
    word.textContent = "Sending …";
    form.querySelector(".unsent")?.remove();

    const computed = () => [...form.elements].every((field) => !field.dataset.busy);
    for (let waited = 0; !computed() && waited < LONGEST_WAIT; waited += 100) {
      await pause(100);
    }
    const body = new URLSearchParams(new FormData(form, button));
    const answer = await fetch(form.getAttribute("action"), {
      method: "POST",
      headers: { accept: "application/json" },
      body,
    }).catch(() => undefined);
    const next = answer?.headers.get("location");
    if (next) {
      if (answer.ok) {
        forget(form);
      }
      show(new URL(next, location), answer.ok);
      return;
    }
    busy.forEach((element) => (element.ariaBusy = null));
    word.remove();
    const notice = document.createElement("div");
    notice.className = "notice notice-bad unsent";
    notice.role = "alert";
    notice.tabIndex = -1;
    notice.textContent = answer ? UNREADABLE : UNREACHED;
    form.prepend(notice);
    notice.focus();
  }

  // The form stays busy until the next page is there.
  function show(next, isAccepted) {
    if (next.pathname === location.pathname && next.search === location.search) {
      history.replaceState(null, "", next);
      location.reload();
    } else if (isAccepted) {
      location.assign(next);
    } else {
      location.replace(next);
    }
  }

  // What was typed into a form that is marked with data-draft, by the name of its field. It lasts as long as the tab, until the form is
  // accepted. A browser may refuse to keep anything.
  const draftOf = (form) => `draft: ${form.dataset.draft}`;

  function typedFields(form) {
    return [...form.elements].filter(
      ({ name, type, dataset }) => name && !["hidden", "password", "submit"].includes(type) && !("undrafted" in dataset),
    );
  }

  function keepDraft(form) {
    const typed = typedFields(form).map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]);
    try {
      sessionStorage.setItem(draftOf(form), JSON.stringify(Object.fromEntries(typed)));
    } catch {}
  }

  function restoreDraft(form) {
    let draft = {};
    try {
      draft = JSON.parse(sessionStorage.getItem(draftOf(form))) ?? {};
    } catch {}
    for (const field of typedFields(form)) {
      const typed = draft[field.name];
      if (field.type === "checkbox") {
        field.checked ||= typed === true;
      } else if (field.value === "" && typeof typed === "string") {
        field.value = typed;
      }
    }
  }

  function forget(form) {
    try {
      sessionStorage.removeItem(draftOf(form));
    } catch {}
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method") === "post" && !event.defaultPrevented) {
      event.preventDefault();
      send(form, event.submitter);
    }
  });
  document.addEventListener("change", ({ target }) => target.form?.matches("[data-auto]") && apply(target.form));
  document.addEventListener("input", ({ target }) => target.form?.matches("[data-draft]") && keepDraft(target.form));
  // A page that the browser kept as it was left is loaded anew, since its forms are on their way.
  addEventListener("pageshow", ({ persisted }) => persisted && document.querySelector("form[aria-busy]") && location.reload());

  document.querySelectorAll("form[data-draft]").forEach(restoreDraft);
  if (location.hash === "#problem") {
    document.getElementById("problem")?.focus();
  }
  if (!proposeZone()) {
    wakeIslands();
  }
})();
