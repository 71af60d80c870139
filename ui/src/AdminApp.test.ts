import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";

import AdminApp from "./AdminApp.svelte";
import type { AdministrationBackend } from "./ipc/administration";
import {
  CODE,
  memory,
  officer,
  refusal,
  scenes,
  SECRET,
  type Answers,
  type Memory,
} from "./ipc/administration-memory";
import type { IssuedCode } from "./ipc/generated/IssuedCode";
import type { ListPeople } from "./ipc/generated/ListPeople";
import type { RevokePerson } from "./ipc/generated/RevokePerson";
import { play } from "./ipc/scene";

// A busy machine needs longer than is usual; nothing here waits for time to pass.
vi.setConfig({ testTimeout: 30_000 });
configure({ asyncUtilTimeout: 10_000 });

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const page = play(document);

/** The window over a backend in memory, single methods of which may be others. */
function shown(
  answers: Partial<Answers> = {},
  others: Partial<AdministrationBackend> = {},
): Memory {
  const backend = { ...memory(answers), ...others };
  render(AdminApp, { backend });
  return backend;
}

async function enrolled(): Promise<void> {
  await page.click("nav-people");
  await page.click("enrol-one");
  await page.type("enrol-name", "Ingrid Solheim");
  await page.type("enrol-email", "ingrid.solheim@meridian.example");
  await page.click("enrol-deed");
}

async function opened(login: string): Promise<void> {
  await page.click("nav-people");
  await page.click(`row-${login}`);
  await page.find("person-state");
}

async function key(name: string): Promise<void> {
  await page.press(name);
  await new Promise((later) => setTimeout(later, 0));
}

describe("the login", () => {
  it("opens the window with the own login and secret", async () => {
    shown({ administrator: null });
    await page.type("login-login", "m.ortiz");
    await page.type("login-secret", SECRET);
    await page.click("login-deed");
    expect(await page.find("token-state")).toHaveTextContent("Ready");
    expect(screen.getByText("Marta Ortiz")).toBeInTheDocument();
  });

  it("empties the secret after a wrong one, and keeps the focus there", async () => {
    shown({ administrator: null });
    await page.type("login-login", "m.ortiz");
    await page.type("login-secret", "a wrong secret");
    await page.click("login-deed");
    expect(await page.find("error-line")).toHaveTextContent("That secret was not right.");
    const secret = await page.find<HTMLInputElement>("login-secret");
    expect(secret).toHaveValue("");
    await waitFor(() => expect(secret).toHaveFocus());
    expect(await page.find("login-login")).toHaveValue("m.ortiz");
  });

  it("refuses who is no officer by name, and says why", async () => {
    shown({ administrator: null });
    await page.type("login-login", "ana.ruiz");
    await page.type("login-secret", SECRET);
    await page.click("login-deed");
    const line = await page.find("error-line");
    expect(line).toHaveTextContent("ana.ruiz may not administer this organisation.");
    expect(line).toHaveTextContent("Only an officer may do this.");
  });

  it("counts a wait down, and takes the next try when it is over", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    const until = Math.floor(Date.now() / 1000) + 90;
    const refusals: Answers["refusals"] = { logIn: { ...refusal("wait"), until } };
    shown({ administrator: null, refusals });
    await page.type("login-login", "m.ortiz");
    await page.type("login-secret", "a wrong secret");
    await page.click("login-deed");
    await waitFor(() => expect(screen.getByText(/looked at in 1:(30|29)/)).toBeInTheDocument());
    expect(screen.getByTestId("login-deed")).toBeDisabled();
    vi.advanceTimersByTime(91_000);
    delete refusals.logIn;
    await waitFor(() => expect(screen.queryByTestId("error-line")).toBeNull());
    await page.type("login-secret", SECRET);
    await page.click("login-deed");
    await page.find("token-state");
  });
});

describe("the lock", () => {
  it("drops everything that was shown, and a code with it", async () => {
    const backend = shown();
    await enrolled();
    await page.find("code");
    expect(document.body.textContent).toContain(CODE);
    backend.lock();
    await page.find("login-form");
    expect(document.body.textContent).not.toContain(CODE);
    expect(document.body.textContent).not.toContain("Solheim");
    expect(screen.getByTestId("code-lost")).toHaveTextContent("reset that person");
  });

  it("ends the login of the shell when it is asked for", async () => {
    const backend = shown();
    await page.click("lock-now");
    await page.find("login-form");
    expect(await backend.administrator()).toBeNull();
    expect(screen.queryByTestId("code-lost")).toBeNull();
    // Only who may come back is remembered.
    expect(await page.find("login-login")).toHaveValue("m.ortiz");
    expect(await page.find("login-secret")).toHaveFocus();
  });

  it("shows no code whose answer comes after it", async () => {
    let answer: (issued: IssuedCode) => void = () => {};
    const late = new Promise<IssuedCode>((resolve) => (answer = resolve));
    const backend = shown({}, { enrolPerson: () => late });
    await enrolled();
    backend.lock();
    await page.find("login-form");
    answer({
      login: "i.solheim",
      name: "Ingrid Solheim",
      code: CODE,
      expires: 0,
      key: "p256",
      certificateSha256: "",
    });
    await new Promise((later) => setTimeout(later, 20));
    expect(document.body.textContent).not.toContain(CODE);
    expect(screen.getByTestId("code-lost")).toBeInTheDocument();
  });

  it("comes by itself when the time is over, whatever the shell says", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    shown();
    await page.find("token-state");
    vi.advanceTimersByTime(299_000);
    expect(screen.queryByTestId("login-form")).toBeNull();
    vi.advanceTimersByTime(2_000);
    await page.find("login-form");
    expect(screen.getByTestId("locked-line")).toHaveTextContent("nothing was done for a while");
  });

  it("is told in the last minute, and stays away when somebody stays", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    shown();
    await page.find("token-state");
    vi.advanceTimersByTime(230_000);
    await waitFor(() => expect(screen.queryByTestId("idle-warning")).toBeNull());
    vi.advanceTimersByTime(25_000);
    expect(await page.find("idle-warning")).toHaveTextContent("0:4");
    await page.click("stay");
    await waitFor(() => expect(screen.queryByTestId("idle-warning")).toBeNull());
    vi.advanceTimersByTime(200_000);
    expect(screen.queryByTestId("login-form")).toBeNull();
  });

  it("is kept away by whoever types, and the shell is not asked at every key", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    const stay = vi.fn(async () => officer);
    shown({}, { stay });
    await page.find("token-state");
    await fireEvent.keyDown(document.body, { key: "a" });
    expect(stay).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    await fireEvent.keyDown(document.body, { key: "b" });
    await fireEvent.keyDown(document.body, { key: "c" });
    await waitFor(() => expect(stay).toHaveBeenCalled());
    const asked = stay.mock.calls.length;
    await fireEvent.keyDown(document.body, { key: "d" });
    expect(stay.mock.calls.length).toBe(asked);
  });

  it("is shown when the shell knows of no login any more", async () => {
    shown({ refusals: { people: refusal("not_logged_in") } });
    await page.click("nav-people");
    await page.find("login-form");
  });
});

describe("founding", () => {
  it("goes from the form over the fingerprint to the login", async () => {
    const { answers, play } = scenes["founded"] ?? { answers: {} };
    shown(answers);
    await play?.(page);
    const fingerprint = (await page.find("fingerprint")).textContent ?? "";
    expect(fingerprint.trim().split(" ")).toHaveLength(16);
    expect(screen.getByText("The token is software: for trial.")).toBeInTheDocument();
    expect(screen.getByText("The signing PIN lies in a private file.")).toBeInTheDocument();
    await page.click("founded-deed");
    expect(await page.find("login-login")).toHaveValue("m.ortiz");
    await page.type("login-secret", SECRET);
    await page.click("login-deed");
    await page.find("token-state");
  });

  it("suggests a login until one is typed", async () => {
    shown(scenes["unfounded"]?.answers);
    await page.type("found-name", "Élodie Ørsted");
    expect(await page.find("found-login")).toHaveValue("e.orsted");
    await page.type("found-login", "elodie");
    await page.type("found-name", "Élodie Moreau");
    expect(await page.find("found-login")).toHaveValue("elodie");
  });

  it("says at the fields what is wrong with them, and asks nothing of the shell", async () => {
    const foundOrganisation = vi.fn();
    const { answers, play } = scenes["found-wrong"] ?? { answers: {} };
    shown(answers, { foundOrganisation });
    await play?.(page);
    expect(await page.find("found-login-problem")).toHaveTextContent("no spaces");
    expect(await page.find("found-email-problem")).toHaveTextContent("name@domain");
    expect(await page.find("found-login")).toHaveFocus();
    expect(foundOrganisation).not.toHaveBeenCalled();
  });

  it("does not take an organisation that cannot be opened for none", async () => {
    shown(scenes["unreachable"]?.answers);
    expect(await page.find("error-line")).toHaveTextContent("cannot be read");
    expect(screen.queryByTestId("found-form")).toBeNull();
  });
});

describe("the overview", () => {
  it("says that nobody can sign while the token does not answer", async () => {
    shown(scenes["overview-unreachable"]?.answers);
    expect(await page.find("token-state")).toHaveTextContent("Unreachable");
    const question = screen.getByText("Can people sign now?");
    expect(question.closest("li")).toHaveTextContent("No");
  });

  it("tests the token when it is asked to, and says how old the test is", async () => {
    shown();
    await page.find("token-state");
    expect(screen.getByText(/tested 2 minutes ago/)).toBeInTheDocument();
    await page.click("token-test");
    await waitFor(() => expect(screen.getByText(/tested now/)).toBeInTheDocument());
  });

  it("words every notice", async () => {
    shown(scenes["overview-new"]?.answers);
    await page.find("token-state");
    for (const words of ["The revocation list is behind.", "You are the only officer."]) {
      expect(screen.getByText(words)).toBeInTheDocument();
    }
  });
});

describe("the list of people", () => {
  it("asks once for what was typed, and takes the newest answer", async () => {
    const asked: ListPeople[] = [];
    const backend = memory();
    const people = vi.fn(async (request: ListPeople) => {
      asked.push(request);
      // The answer to the first letters is the slower one.
      if (request.search === "ru") await new Promise((later) => setTimeout(later, 400));
      return backend.people(request);
    });
    render(AdminApp, { backend: { ...backend, people } });
    await page.click("nav-people");
    await page.find("row-ana.bakker");
    for (const text of ["r", "ru"]) await page.type("people-search", text);
    await waitFor(() => expect(asked.at(-1)?.search).toBe("ru"));
    await page.type("people-search", "ruiz mette");
    await waitFor(() => expect(asked.at(-1)?.search).toBe("ruiz mette"));
    await page.find("row-mette.ruiz");
    await new Promise((later) => setTimeout(later, 450));
    expect(asked.map(({ search }) => search)).toEqual([null, "ru", "ruiz mette"]);
    expect(screen.getByTestId("people-total")).toHaveTextContent("1 matches");
    expect(screen.queryByTestId("row-ana.ruiz")).toBeNull();
  });

  it("pages by where the page before ended, and back", async () => {
    const backend = memory();
    const people = vi.fn(backend.people);
    render(AdminApp, { backend: { ...backend, people } });
    await page.click("nav-people");
    await page.find("row-ana.bakker");
    expect(screen.getByTestId("people-earlier")).toBeDisabled();
    const { next } = await backend.people({ search: null, after: null, limit: 50 });
    await page.click("people-later");
    await waitFor(() => expect(screen.queryByTestId("row-ana.bakker")).toBeNull());
    expect(people.mock.lastCall?.[0]).toEqual({ search: null, after: next, limit: 50 });
    await page.click("people-earlier");
    await page.find("row-ana.bakker");
    for (let turn = 0; turn < 4; turn += 1) {
      const calls = people.mock.calls.length;
      await page.click("people-later");
      await waitFor(() => expect(people.mock.calls.length).toBe(calls + 1));
      await waitFor(() => expect(screen.getByTestId("people-earlier")).toBeEnabled());
    }
    await waitFor(() => expect(screen.getByTestId("people-later")).toBeDisabled());
  });

  it("is worked with the keyboard alone", async () => {
    shown();
    await page.click("nav-people");
    await page.find("row-ana.bakker");
    await key("/");
    expect(await page.find("people-search")).toHaveFocus();
    await key("ArrowDown");
    expect(await page.find("row-ana.bakker")).toHaveFocus();
    await key("ArrowDown");
    const row = await page.find("row-ana.larsen");
    expect(row).toHaveFocus();
    // Enter on a button is a click, which jsdom leaves to the test.
    row.click();
    await page.find("person-state");
    expect(screen.getByRole("heading", { name: "Ana Larsen" })).toHaveFocus();
    await key("Escape");
    await waitFor(() => expect(screen.queryByTestId("panel")).toBeNull());
    expect(await page.find("row-ana.larsen")).toHaveFocus();
    await key("End");
    await key("Home");
    expect(await page.find("row-ana.bakker")).toHaveFocus();
  });

  it("stays where it is when a question fails, and asks anew", async () => {
    const refusals: Answers["refusals"] = { people: refusal("busy") };
    shown({ refusals });
    await page.click("nav-people");
    expect(await page.find("error-line")).toHaveTextContent("Something else is using it.");
    delete refusals.people;
    screen.getByText("Try again").click();
    await page.find("row-ana.bakker");
    expect(screen.queryByTestId("error-line")).toBeNull();
  });
});

describe("one person", () => {
  it("is suspended and resumed, with who did it and why", async () => {
    shown();
    await opened("ana.larsen");
    await page.click("act-suspend");
    expect(screen.getByTestId("act-deed")).toBeDisabled();
    await page.type("act-note", "lost laptop");
    await page.click("act-deed");
    await waitFor(() =>
      expect(screen.getByTestId("person-change")).toHaveTextContent(
        /Suspended on .* by m\.ortiz: lost laptop/,
      ),
    );
    const row = screen.getByTestId("row-ana.larsen").closest("tr");
    expect(row).toHaveTextContent("Suspended");
    await page.click("act-resume");
    await page.type("act-note", "found again");
    await page.click("act-deed");
    await waitFor(() => expect(screen.getByTestId("person-state")).toHaveTextContent("Active"));
    expect(row).toHaveTextContent("Active");
  });

  it("is revoked only when the login is typed", async () => {
    const backend = memory();
    const revokePerson = vi.fn((request: RevokePerson) => backend.revokePerson(request));
    render(AdminApp, { backend: { ...backend, revokePerson } });
    await opened("ana.larsen");
    await page.click("act-revoke");
    await page.type("act-reason", "key_compromise");
    await page.type("act-note", "laptop stolen");
    expect(screen.getByTestId("act-deed")).toBeDisabled();
    await page.type("act-typed", "ana.larson");
    await page.click("act-deed");
    expect(await page.find("act-typed-problem")).toHaveTextContent("This is not ana.larsen.");
    expect(revokePerson).not.toHaveBeenCalled();
    await page.type("act-typed", "ana.larsen");
    await page.click("act-deed");
    await waitFor(() => expect(screen.getByTestId("person-state")).toHaveTextContent("Revoked"));
    expect(revokePerson).toHaveBeenCalledExactlyOnceWith({
      login: "ana.larsen",
      note: "laptop stolen",
      reason: "key_compromise",
    });
    expect(screen.queryByTestId("act-revoke")).toBeNull();
  });

  it("is shown as it is when the status was changed and the list was not written", async () => {
    const { answers, play } = scenes["revoke-list-not-written"] ?? { answers: {} };
    shown(answers);
    await play?.(page);
    const line = screen.getByTestId("error-line");
    expect(line).toHaveTextContent("The change is made");
    expect(line).toHaveTextContent("the revocation list could not be written");
    await waitFor(() => expect(screen.getByTestId("person-state")).toHaveTextContent("Revoked"));
    expect(screen.queryByTestId("act-form")).toBeNull();
  });

  it("keeps note and login when an act is refused", async () => {
    shown({ refusals: { revokePerson: refusal("device_fault", "CKR_DEVICE_ERROR") } });
    await opened("ana.larsen");
    await page.click("act-revoke");
    await page.type("act-note", "left");
    await page.type("act-typed", "ana.larsen");
    await page.click("act-deed");
    expect(await page.find("error-line")).toHaveTextContent("reported a fault");
    expect(await page.find("act-note")).toHaveValue("left");
    expect(await page.find("act-typed")).toHaveValue("ana.larsen");
    expect(screen.getByTestId("person-state")).toHaveTextContent("Active");
  });

  it("gets a new key and a code that is shown once", async () => {
    const { answers, play } = scenes["reset-code"] ?? { answers: {} };
    shown(answers);
    await play?.(page);
    expect(await page.find("code")).toHaveTextContent(CODE);
    expect(screen.getByText("Old certificate revoked")).toBeInTheDocument();
    await page.click("code-given");
    await page.click("code-done");
    await waitFor(() => expect(document.body.textContent).not.toContain(CODE));
    await waitFor(() =>
      expect(screen.getByTestId("row-ana.nilsen").closest("tr")).toHaveTextContent("Not activated"),
    );
  });

  it("leaves a form with Escape before it leaves the panel", async () => {
    shown();
    await opened("ana.larsen");
    await page.click("act-reset");
    await page.find("act-form");
    await key("Escape");
    await waitFor(() => expect(screen.queryByTestId("act-form")).toBeNull());
    expect(await page.find("act-reset")).toHaveFocus();
    await key("Escape");
    await waitFor(() => expect(screen.queryByTestId("panel")).toBeNull());
  });

  it("cannot be touched as the only officer, and it says why", async () => {
    const { answers, play } = scenes["person-only-officer"] ?? { answers: {} };
    shown(answers);
    await play?.(page);
    expect(screen.getByTestId("acts-off")).toHaveTextContent("nobody could mend anything");
    expect(screen.queryByTestId("act-suspend")).toBeNull();
  });
});

describe("enrolling", () => {
  it("shows the code once, and nothing of it stays when it is handed over", async () => {
    shown();
    await enrolled();
    expect(await page.find("code")).toHaveTextContent(CODE);
    expect(screen.getByTestId("code-done")).toBeDisabled();
    await page.click("code-given");
    await page.click("code-done");
    await waitFor(() => expect(screen.queryByTestId("panel")).toBeNull());
    expect(document.documentElement.outerHTML).not.toContain(CODE);
    expect(screen.getByTestId("people-total")).toHaveTextContent("240");
  });

  it("does not let a code be closed by a slip of the hand", async () => {
    shown();
    await enrolled();
    await page.find("code");
    await key("Escape");
    await page.click("panel-close");
    await page.click("nav-overview");
    await page.click("row-ana.larsen");
    expect(screen.getByTestId("code")).toHaveTextContent(CODE);
    expect(screen.getByTestId("code-given")).toHaveFocus();
    expect(screen.getByText(/Hand it over and tick the line first/)).toBeInTheDocument();
  });

  it("prints a letter that lies beside the window and goes with the code", async () => {
    const printPage = vi.fn(async () => {});
    shown({}, { printPage });
    await enrolled();
    await page.find("code");
    const letter = screen.getByTestId("letter");
    expect(letter.parentElement).toBe(document.body);
    for (const words of ["Ingrid Solheim", "i.solheim", CODE, "Works once, until"]) {
      expect(letter).toHaveTextContent(words);
    }
    await page.click("print-letter");
    expect(printPage).toHaveBeenCalledOnce();
    await page.click("code-given");
    await page.click("code-done");
    await waitFor(() => expect(screen.queryByTestId("letter")).toBeNull());
  });

  it("says that it cannot be printed where the code is", async () => {
    shown({ refusals: { printPage: refusal("no_printer") } });
    await enrolled();
    await page.click("print-letter");
    expect(await page.find("error-line")).toBeInTheDocument();
    expect(screen.getByTestId("code")).toHaveTextContent(CODE);
  });

  it("goes on to the next person with empty fields", async () => {
    shown();
    await enrolled();
    await page.click("code-given");
    await page.click("enrol-another");
    expect(await page.find("enrol-name")).toHaveValue("");
    expect(await page.find("enrol-login")).toHaveValue("");
    expect(document.body.textContent).not.toContain(CODE);
  });

  it("says at the login that somebody has it", async () => {
    const { answers, play } = scenes["enrol-taken"] ?? { answers: {} };
    shown(answers);
    await play?.(page);
    expect(screen.getByTestId("enrol-login-problem")).toHaveTextContent("This login is taken.");
    await waitFor(() => expect(screen.getByTestId("enrol-login")).toHaveFocus());
    await page.type("enrol-login", "ana.ruiz2");
    expect(screen.queryByTestId("enrol-login-problem")).toBeNull();
  });
});
