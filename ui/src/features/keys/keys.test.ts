import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import App from "../../App.svelte";
import type { Identity } from "../../ipc/generated/Identity";
import { ana, CODE, memory, refusal, SECRET, type Answers } from "../../ipc/memory";
import { Keys } from "./keys.svelte";

beforeEach(() => localStorage.clear());
afterEach(cleanup);

const invited = { ...ana, status: "not_activated" as const };
const CHOSEN = "quiet harbour dawn cranes";

function open(changed: Partial<Answers> = {}): ReturnType<typeof memory> {
  const backend = memory(changed);
  render(App, { backend });
  return backend;
}

async function type(id: string, value: string): Promise<void> {
  await fireEvent.input(await screen.findByTestId(id), { target: { value } });
}

async function press(id: string): Promise<void> {
  const button = await screen.findByTestId(id);
  await waitFor(() => expect(button).toBeEnabled());
  await fireEvent.click(button);
}

async function activate(code: string, changed: Partial<Answers> = {}): Promise<void> {
  open({ identities: [invited], ...changed });
  await type("code", code);
  await type("new-secret", CHOSEN);
  await press("activate");
}

async function myKey(changed: Partial<Answers> = {}): Promise<ReturnType<typeof memory>> {
  const backend = open(changed);
  await fireEvent.click(screen.getByTestId("my-key"));
  await screen.findByTestId("facts");
  return backend;
}

describe("activating a key", () => {
  it("takes the place of signing, and asks for no secret that is not there yet", async () => {
    open({ identities: [invited] });
    await screen.findByTestId("activation");
    expect(screen.queryByTestId("sign-button")).toBeNull();
    expect(screen.queryByTestId("secret")).toBeNull();
    expect(document.body.textContent).not.toMatch(/\bPIN\b/);
  });

  it("turns the code into a secret, shows the certificate, and goes on to signing", async () => {
    await activate(CODE);
    expect(await screen.findByTestId("activated")).toHaveTextContent("Your key is active");
    expect(screen.getByTestId("facts")).toHaveTextContent("ana@example.org");
    await fireEvent.click(screen.getByTestId("activated-go-on"));
    expect(await screen.findByTestId("sign-button")).toBeInTheDocument();
  });

  it("hands over who, code and secret, and keeps the secret nowhere", async () => {
    const asked: unknown[] = [];
    const backend = memory({ identities: [invited] });
    backend.activate = async (request) => {
      asked.push(request);
      throw refusal("code_lapsed");
    };
    render(App, { backend });
    await type("code", CODE);
    await type("new-secret", CHOSEN);
    await press("activate");
    await screen.findByTestId("error-line");
    expect(asked).toEqual([{ login: "ana", code: CODE, secret: CHOSEN }]);
    expect(screen.getByTestId("new-secret")).toHaveValue("");
    expect(screen.getByTestId("code")).toHaveValue(CODE);
    expect(document.body.innerHTML).not.toContain(CHOSEN);
  });

  it("says below the code what is wrong with it, and leads back there", async () => {
    const told = {
      code_used: "used already",
      code_lapsed: "past its seven days",
      not_a_code: "no activation code",
      wrong_secret: "does not open this key",
    } as const;
    for (const [code, words] of Object.entries(told)) {
      await activate("WRONG", { refusal: refusal(code as keyof typeof told) });
      expect(await screen.findByTestId("error-line")).toHaveTextContent(words);
      expect(screen.getByTestId("code")).toHaveAttribute("aria-invalid", "true");
      expect(screen.getByTestId("code")).toHaveFocus();
      cleanup();
    }
  });

  it("does not blame the code for another fault", async () => {
    await activate(CODE, { refusal: refusal("host_gone") });
    await screen.findByTestId("error-line");
    expect(screen.getByTestId("code")).toHaveAttribute("aria-invalid", "false");
  });

  it("takes no secret that would be refused, and says why", async () => {
    open({ identities: [invited] });
    await type("code", CODE);
    await type("new-secret", "123456789012");
    await waitFor(() =>
      expect(screen.getByTestId("new-secret-strength")).toHaveTextContent("Not taken"),
    );
    expect(screen.getByTestId("activate")).toBeDisabled();
    await type("new-secret", CHOSEN);
    await waitFor(() => expect(screen.getByTestId("activate")).toBeEnabled());
  });

  it("does not take a late judgement of another secret", async () => {
    const answers: ((accepted: boolean) => void)[] = [];
    const backend = memory({ identities: [invited] });
    backend.secretStrength = () =>
      new Promise((done) =>
        answers.push((accepted) => done({ accepted, guessesLog10: accepted ? 12 : 1 })),
      );
    render(App, { backend });
    await type("code", CODE);
    await type("new-secret", CHOSEN);
    await waitFor(() => expect(answers).toHaveLength(1));
    await type("new-secret", "short");
    await waitFor(() => expect(answers).toHaveLength(2));
    answers[1]?.(false);
    answers[0]?.(true);
    await waitFor(() =>
      expect(screen.getByTestId("new-secret-strength")).toHaveTextContent("Not taken"),
    );
    expect(screen.getByTestId("activate")).toBeDisabled();
  });

  it("tells the estimator what everybody knows of the person", async () => {
    const known: string[][] = [];
    const backend = memory({ identities: [invited] });
    backend.secretStrength = async (_secret, words) => {
      known.push(words);
      return { accepted: true, guessesLog10: 12 };
    };
    render(App, { backend });
    await type("new-secret", CHOSEN);
    await waitFor(() => expect(known).toHaveLength(1));
    expect(known[0]).toEqual(["ana", "Ana Ruiz", "ana@example.org", "Meridian Harbour Trust"]);
  });
});

describe("my key", () => {
  it("can be looked at without a document", async () => {
    await myKey({ documents: [] });
    expect(screen.getByTestId("facts")).toHaveTextContent("Meridian Harbour Trust");
    await fireEvent.click(screen.getByLabelText("Close my key"));
    expect(screen.queryByTestId("facts")).toBeNull();
  });

  it("changes the secret by the one that is known", async () => {
    await myKey();
    await type("known-secret", SECRET);
    await type("next-secret", CHOSEN);
    await press("change-secret-now");
    expect(await screen.findByTestId("secret-changed")).toBeInTheDocument();
    expect(screen.getByTestId("known-secret")).toHaveValue("");
    expect(screen.getByTestId("next-secret")).toHaveValue("");
  });

  it("changes nothing with a wrong one, and empties the field", async () => {
    await myKey();
    await type("known-secret", "a wrong secret");
    await type("next-secret", CHOSEN);
    await press("change-secret-now");
    expect(await screen.findByTestId("error-line")).toHaveTextContent("That secret was not right.");
    expect(screen.queryByTestId("secret-changed")).toBeNull();
    expect(screen.getByTestId("known-secret")).toHaveFocus();
  });

  it("is suspended without a secret, once the own login is typed, and says so", async () => {
    await myKey();
    await type("suspend-note", "phone stolen");
    expect(screen.getByTestId("suspend-now")).toBeDisabled();
    await type("suspend-login", "an");
    expect(screen.getByTestId("suspend-now")).toBeDisabled();
    await type("suspend-login", "ana");
    await press("suspend-now");
    const state = await screen.findByTestId("key-state");
    expect(state).toHaveTextContent("This key is suspended.");
    expect(state).toHaveTextContent(/by its owner: phone stolen/);
    expect(screen.queryByTestId("change-secret")).toBeNull();
  });

  it("says why it was not suspended", async () => {
    await myKey({ refusal: refusal("last_officer") });
    await type("suspend-note", "phone stolen");
    await type("suspend-login", "ana");
    await press("suspend-now");
    expect(await screen.findByTestId("error-line")).toHaveTextContent(/only officer/);
    expect(screen.queryByTestId("key-state")).toBeNull();
  });
});

describe("what is known of keys", () => {
  it("is not set back by an answer that was asked for earlier", async () => {
    let answer: (identities: Identity[]) => void = () => {};
    const late = new Promise<Identity[]>((resolve) => (answer = resolve));
    const keys = new Keys({ ...memory(), identities: () => late });
    keys.identities = [invited];
    const asked = keys.refreshIdentities();
    keys.replace(ana);
    answer([invited]);
    await asked;
    expect(keys.identities).toEqual([ana]);
  });
});
