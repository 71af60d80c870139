import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";

import App from "./App.svelte";
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
