import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";

import App from "./App.svelte";
import type { Failure } from "./ipc/error";
import type { OpenedDocument } from "./ipc/generated/OpenedDocument";
import type { PageSize } from "./ipc/generated/PageSize";
import type { SignedDocument } from "./ipc/generated/SignedDocument";
import { agreement, memory, noOrganisation, SECRET, valid, type Answers } from "./ipc/memory";

afterEach(cleanup);

async function shown(changed: Partial<Answers> = {}): Promise<HTMLElement> {
  const { container } = render(App, { backend: memory(changed) });
  await waitFor(() => expect(screen.queryByText(/Signing token|No signing token/)).not.toBeNull());
  return container;
}

async function placed(changed: Partial<Answers> = {}): Promise<HTMLElement> {
  const container = await shown(changed);
  await fireEvent.click(await screen.findByTestId("place-for-me"));
  await screen.findByTestId("signature-box");
  return container;
}

async function sign(secret: string): Promise<void> {
  const field = screen.getByTestId<HTMLInputElement>("secret");
  await fireEvent.input(field, { target: { value: secret } });
  await fireEvent.click(screen.getByTestId("sign-button"));
}

/** What axe finds; colours and layout are looked at in the real window. */
async function faults(container: HTMLElement): Promise<string[]> {
  const found = await axe.run(container, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
}

describe("the window", () => {
  it("signs and shows the result in place", async () => {
    await placed();
    await sign(SECRET);
    expect(await screen.findByTestId("result-headline")).toHaveTextContent("Valid");
    expect(screen.getByText("Yes, every byte")).toBeInTheDocument();
    expect(screen.getByText("Show in folder")).toBeInTheDocument();
  });

  it("says beside the deed why it is off", async () => {
    await shown();
    expect(await screen.findByTestId("sign-button")).toBeDisabled();
    expect(screen.getByText("First draw a box on the page.")).toBeInTheDocument();
    await fireEvent.click(screen.getByTestId("place-for-me"));
    expect(screen.getByText("Type your secret.")).toBeInTheDocument();
  });

  it("empties the field after a wrong secret, keeps the focus there and the box where it was", async () => {
    await placed();
    await sign("a wrong secret");
    expect(await screen.findByTestId("error-line")).toHaveTextContent("That secret was not right.");
    const field = screen.getByTestId<HTMLInputElement>("secret");
    expect(field).toHaveValue("");
    expect(field).toHaveFocus();
    expect(screen.getByTestId("signature-box")).toBeInTheDocument();
  });

  it("never says that a secret was wrong for another fault", async () => {
    await placed({ refusal: { code: "device_fault", message: "", detail: "CKR_DEVICE_ERROR" } });
    await sign(SECRET);
    const line = await screen.findByTestId("error-line");
    expect(line).toHaveTextContent("Your secret was not judged.");
    expect(line).not.toHaveTextContent("not right");
  });

  it("moves, resizes and removes the box by keyboard", async () => {
    await placed();
    const box = screen.getByTestId("signature-box");
    const [left, width] = [box.style.left, box.style.width];
    await fireEvent.keyDown(box, { key: "ArrowLeft", shiftKey: true });
    expect(parseFloat(box.style.left)).toBeLessThan(parseFloat(left));
    await fireEvent.keyDown(box, { key: "ArrowLeft", altKey: true, shiftKey: true });
    expect(parseFloat(box.style.width)).toBeLessThan(parseFloat(width));
    await fireEvent.keyDown(box, { key: "Delete" });
    expect(screen.queryByTestId("signature-box")).toBeNull();
  });

  it("refuses to sign as who is not activated, and says what to do", async () => {
    const [ana] = await memory().identities();
    if (!ana) throw new Error("there is somebody");
    await placed({ identities: [{ ...ana, status: "not_activated" }] });
    expect(screen.getByTestId("sign-button")).toBeDisabled();
    expect(screen.getAllByText(/chancery activate --login ana/).length).toBeGreaterThan(0);
  });

  it("shows the signatures of a signed document when it is opened", async () => {
    await shown({ documents: [{ ...agreement, signatures: 1 }] });
    expect(await screen.findByTestId("result-headline")).toHaveTextContent("Valid");
    expect(screen.getByText("Sign this document")).toBeInTheDocument();
  });

  it("never puts a green headline over an answer that does not carry it", async () => {
    const report = { ...valid.signatures[0], intact: false, headline: "broken" as const };
    const broken = { headline: "broken" as const, signatures: [report] } as typeof valid;
    await shown({ documents: [{ ...agreement, signatures: 1 }], validation: broken });
    expect(await screen.findByTestId("result-headline")).toHaveTextContent("Broken");
  });

  it("tells every signature, also where the file repeats their names and findings", async () => {
    const finding = { code: "twice", severity: "caution" as const, message: "Seen twice." };
    const [report] = valid.signatures;
    if (!report) throw new Error("there is a signature");
    const twin = { ...report, findings: [finding, finding], modifications: ["Page 2 was added."] };
    await shown({
      documents: [{ ...agreement, signatures: 2 }],
      validation: { headline: "valid", signatures: [twin, twin] },
    });
    await screen.findByTestId("result-headline");
    expect(screen.getAllByText("Is the document intact?")).toHaveLength(2);
    expect(screen.getAllByText("Seen twice.")).toHaveLength(4);
    expect(screen.getAllByText("Page 2 was added.")).toHaveLength(2);
  });

  it("sees a signature to its end when another document is handed over meanwhile", async () => {
    let hand: (document: OpenedDocument) => void = () => {};
    let finish: (signed: SignedDocument) => void = () => {};
    const closed: string[] = [];
    render(App, {
      backend: {
        ...memory(),
        onOpened: async (heard) => void (hand = heard),
        signDocument: () => new Promise((done) => (finish = done)),
        closeDocument: async (document) => void closed.push(document),
      },
    });
    await fireEvent.click(await screen.findByTestId("place-for-me"));
    await sign(SECRET);
    hand({ ...agreement, id: "d7", name: "Lease.pdf" });
    expect(closed).toEqual([]);
    finish({ document: { ...agreement, id: "d2", signatures: 1 }, validation: valid });
    expect(await screen.findByTestId("result-headline")).toHaveTextContent("Valid");
    expect(closed).toEqual(["d1"]);
    await fireEvent.click(screen.getByText(/Lease\.pdf is waiting/));
    expect(await screen.findByTestId("place-for-me")).toBeInTheDocument();
    expect(closed).toEqual(["d1", "d2"]);
  });

  it("leaves the box on its page when its numbers are changed from another one", async () => {
    await placed();
    await fireEvent.click(screen.getByLabelText("Next page"));
    await waitFor(() => expect(screen.getByTestId("page-number")).toHaveValue(2));
    await fireEvent.change(screen.getByLabelText("left"), { target: { value: "20" } });
    expect(screen.queryByTestId("signature-box")).toBeNull();
    await fireEvent.click(screen.getByLabelText("Previous page"));
    const box = await screen.findByTestId("signature-box");
    expect(box).toHaveAccessibleName(/page 1, 20 mm from left/);
  });

  it("does not take a late answer for another page", async () => {
    const answers: (() => void)[] = [];
    const pageSizes = (): Promise<PageSize[]> =>
      new Promise((done) => answers.push(() => done([{ width: 100, height: 100 }])));
    render(App, { backend: { ...memory(), pageSizes } });
    await screen.findByTestId("page-number");
    const field = screen.getByTestId("page-number");
    await fireEvent.change(field, { target: { value: "2" } });
    await fireEvent.change(field, { target: { value: "3" } });
    answers[1]?.();
    answers[0]?.();
    await waitFor(() => expect(screen.getByLabelText("Next page")).toBeDisabled());
    expect(screen.getByRole("article")).toHaveAccessibleName("Page 3 of 3");
  });

  it("says when a page cannot be drawn", async () => {
    await shown();
    await fireEvent.error(await screen.findByTestId("page-image"));
    expect(screen.getByText(/This page cannot be drawn\./)).toBeInTheDocument();
  });

  it("says until when to wait, in place", async () => {
    const refusal: Failure = { code: "wait", message: "", detail: "", until: 1_795_513_327 };
    await placed({ refusal });
    await sign(SECRET);
    expect(await screen.findByTestId("error-line")).toHaveTextContent(/looked at from \d/);
  });

  it("hides the panel and brings it back with the box still in place", async () => {
    await placed();
    const toggle = screen.getByLabelText("Show the panel");
    await fireEvent.click(toggle);
    expect(screen.queryByTestId("sign-button")).toBeNull();
    expect(toggle).toHaveAttribute("aria-pressed", "false");
    await fireEvent.click(toggle);
    expect(screen.getByText("Type your secret.")).toBeInTheDocument();
  });

  it("explains a machine without an organisation", async () => {
    await shown({ documents: [], identities: [], status: noOrganisation });
    expect(screen.getByText(/chancery init --embedded/)).toBeInTheDocument();
  });

  it("has no fault that axe finds, in any of its main states", async () => {
    expect(await faults(await shown({ documents: [] }))).toEqual([]);
    cleanup();
    const container = await placed();
    expect(await faults(container)).toEqual([]);
    await sign("a wrong secret");
    await screen.findByTestId("error-line");
    expect(await faults(container)).toEqual([]);
    await sign(SECRET);
    await screen.findByTestId("result-headline");
    expect(await faults(container)).toEqual([]);
  });
});
