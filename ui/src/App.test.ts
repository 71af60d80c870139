import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import App from "./App.svelte";
import type { Failure } from "./ipc/error";
import type { LockedDocument } from "./ipc/generated/LockedDocument";
import type { OpenedDocument } from "./ipc/generated/OpenedDocument";
import type { SignDocument } from "./ipc/generated/SignDocument";
import type { SignedDocument } from "./ipc/generated/SignedDocument";
import {
  agreement,
  ana,
  contractor,
  memory,
  noOrganisation,
  PASSWORD,
  refusal,
  SECRET,
  trust,
  valid,
  type Answers,
} from "./ipc/memory";
import { broken, changed } from "./ipc/verdicts";

beforeEach(() => localStorage.clear());
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

  it("refuses to sign as who is suspended, and says by whom, when and why", async () => {
    await placed({
      identities: [
        { ...ana, status: "suspended", change: { at: 1, by: "m.ortiz", note: "lost laptop" } },
      ],
    });
    expect(screen.getByTestId("sign-button")).toBeDisabled();
    expect(screen.getByTestId("secret")).toBeDisabled();
    expect(screen.getByTestId("key-state")).toHaveTextContent(/by m\.ortiz: lost laptop/);
  });

  it("shows the signatures of a signed document when it is opened", async () => {
    await shown({ documents: [{ ...agreement, signatures: 1 }] });
    expect(await screen.findByTestId("result-headline")).toHaveTextContent("Valid");
    expect(screen.getByText("Sign this document")).toBeInTheDocument();
  });

  it("never puts a green headline over an answer that does not carry it", async () => {
    const validation = { ...valid, headline: "broken" as const, signatures: [broken] };
    await shown({ documents: [{ ...agreement, signatures: 1 }], validation });
    expect(await screen.findByTestId("result-headline")).toHaveTextContent("Broken");
    expect(screen.queryByText("Yes, every byte")).toBeNull();
  });

  it("tells every signature, also where the file repeats their names and findings", async () => {
    const finding = { code: "twice", severity: "caution" as const, message: "Seen twice." };
    const [report] = valid.signatures;
    if (!report) throw new Error("there is a signature");
    const added = { code: "page_changed" as const, message: "page 2", name: null, page: 2 };
    const twin = { ...report, findings: [finding, finding], modifications: [added] };
    await shown({
      documents: [{ ...agreement, signatures: 2 }],
      validation: { ...valid, signatures: [twin, twin] },
    });
    await screen.findByTestId("result-headline");
    expect(screen.getAllByText("Is the document intact?")).toHaveLength(2);
    // Beside the answers and, with their codes, under Details.
    expect(screen.getAllByText("Seen twice.")).toHaveLength(8);
    expect(screen.getAllByText("Page 2 was changed.")).toHaveLength(2);
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
    expect(screen.getByTestId("page-number")).toHaveValue(2);
    await fireEvent.click(screen.getByLabelText("Previous page"));
    const box = await screen.findByTestId("signature-box");
    expect(box).toHaveAccessibleName(/page 1, 20 mm from left/);
  });

  it("asks for a password in place, says that one was wrong, and opens with the right one", async () => {
    const closed: string[] = [];
    const locked = { id: "l1", name: "Payslip.pdf" };
    const closeDocument = async (id: string): Promise<void> => void closed.push(id);
    render(App, { backend: { ...memory({ documents: [], locked }), closeDocument } });
    const field = await screen.findByTestId<HTMLInputElement>("document-password");
    await waitFor(() => expect(field).toHaveFocus());
    await fireEvent.input(field, { target: { value: "a guess" } });
    await fireEvent.click(screen.getByTestId("unlock-button"));
    expect(await screen.findByTestId("error-line")).toHaveTextContent("does not open the document");
    expect(field).toHaveValue("");
    await waitFor(() => expect(field).toHaveFocus());
    await fireEvent.input(field, { target: { value: PASSWORD } });
    await fireEvent.click(screen.getByTestId("unlock-button"));
    expect(await screen.findByTestId("place-for-me")).toBeInTheDocument();
    expect(screen.getByText(/The signed file is, too/)).toBeInTheDocument();
    expect(closed).toEqual([]);
  });

  it("leaves a document that wants a password, and shows what was open", async () => {
    const closed: string[] = [];
    let lock: (locked: LockedDocument) => void = () => {};
    render(App, {
      backend: {
        ...memory(),
        onLocked: async (heard) => void (lock = heard),
        closeDocument: async (id) => void closed.push(id),
      },
    });
    await screen.findByTestId("place-for-me");
    lock({ id: "l1", name: "Payslip.pdf" });
    const field = await screen.findByTestId("document-password");
    await fireEvent.keyDown(field, { key: "Escape" });
    expect(await screen.findByTestId("place-for-me")).toBeInTheDocument();
    expect(closed).toEqual(["l1"]);
  });

  it("asks for the owner's password where the author does not permit signing", async () => {
    const refusal: Failure = { code: "pdf_not_permitted", message: "", detail: "" };
    await shown({
      documents: [{ ...agreement, refusal }],
      validation: { headline: "unsigned", signatures: [], revisions: [] },
    });
    await fireEvent.click(await screen.findByTestId("ask-owner"));
    await fireEvent.input(await screen.findByTestId("document-password"), {
      target: { value: PASSWORD },
    });
    await fireEvent.click(screen.getByTestId("unlock-button"));
    expect(await screen.findByTestId("place-for-me")).toBeInTheDocument();
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

  it("offers a machine without an organisation two ways to a key, and reading without one", async () => {
    let opened = 0;
    const backend = {
      ...memory({ documents: [], identities: [], status: noOrganisation }),
      openAdministration: async () => void (opened += 1),
    };
    render(App, { backend });
    await fireEvent.click(await screen.findByTestId("found"));
    expect(opened).toBe(1);
    expect(screen.getByText("I have a smart card")).toBeInTheDocument();
    await fireEvent.click(screen.getByTestId("skip"));
    expect(screen.queryByTestId("first-run")).toBeNull();
    expect(screen.getByTestId("open-first")).toBeInTheDocument();
  });
});

describe("the place of a signature", () => {
  const fields = [contractor, trust];

  it("is the field that waits, chosen from the list, and the request names it", async () => {
    const requests: SignDocument[] = [];
    const backend = memory({ documents: [{ ...agreement, fields }] });
    const { signDocument } = backend;
    backend.signDocument = (request) => {
      requests.push(request);
      return signDocument(request);
    };
    render(App, { backend });
    const list = await screen.findByTestId("place");
    await fireEvent.change(list, { target: { value: "field:Trust" } });
    await sign(SECRET);
    await screen.findByTestId("result-headline");
    expect(requests[0]?.placement).toEqual({ kind: "field", name: "Trust" });
  });

  it("is chosen by a click on the field, which leads on to the secret", async () => {
    await shown({ documents: [{ ...agreement, fields }] });
    await fireEvent.click(await screen.findByLabelText(/Sign in field For the Trust/));
    expect(screen.getByTestId("place")).toHaveValue("field:Trust");
    await waitFor(() => expect(screen.getByTestId("secret")).toHaveFocus());
  });

  it("goes through the empty fields by N, while the pages have the focus", async () => {
    await shown({ documents: [{ ...agreement, fields }] });
    const pages = await screen.findByRole("main");
    await fireEvent.keyDown(pages, { key: "n" });
    expect(screen.getByTestId("place")).toHaveValue("field:Contractor");
    await fireEvent.keyDown(screen.getByTestId("signature-box"), { key: "n" });
    expect(screen.getByTestId("place")).toHaveValue("field:Trust");
    await fireEvent.keyDown(screen.getByTestId("signature-box"), { key: "N", shiftKey: true });
    expect(screen.getByTestId("place")).toHaveValue("field:Contractor");
  });

  it("is the one of several fields that is named like the person", async () => {
    const mine = { ...trust, label: "Ana Ruiz" };
    await shown({ documents: [{ ...agreement, fields: [contractor, mine] }] });
    await waitFor(() => expect(screen.getByTestId("place")).toHaveValue("field:Trust"));
  });

  it("is chosen from the list of fields in the rail, which says which are signed", async () => {
    const signed = { ...contractor, signed: true };
    const other = { ...trust, name: "Other", label: "For the Bank" };
    await shown({ documents: [{ ...agreement, fields: [signed, trust, other] }] });
    await fireEvent.click(await screen.findByTestId("tab-fields"));
    const listed = screen.getAllByTestId("listed-field");
    expect(listed.map((one) => one.textContent?.replace(/\s+/g, " ").trim())).toEqual([
      "For the Contractor page 1 · signed",
      "For the Trust page 1 · to be signed",
      "For the Bank page 1 · to be signed",
    ]);
    await fireEvent.click(listed[2] as HTMLElement);
    expect(screen.getByTestId("place")).toHaveValue("field:Other");
    await waitFor(() => expect(screen.getByTestId("secret")).toHaveFocus());
  });

  it("can be nowhere that shows", async () => {
    await shown();
    await fireEvent.change(await screen.findByTestId("place"), { target: { value: "invisible" } });
    expect(screen.queryByTestId("signature-box")).toBeNull();
    await sign(SECRET);
    expect(await screen.findByTestId("result-headline")).toHaveTextContent("Valid");
  });

  it("says what a drawn box lies over, and offers the field under it", async () => {
    await placed({ documents: [{ ...agreement, fields }] });
    // Placed for the person, it avoids what is there.
    expect(screen.queryByTestId("collision")).toBeNull();
    await fireEvent.change(screen.getByTestId("measure-y"), { target: { value: "40" } });
    expect(screen.getByTestId("collision")).toHaveTextContent("For the Trust");
    await fireEvent.click(screen.getByText("Sign in that field"));
    expect(screen.getByTestId("place")).toHaveValue("field:Trust");
    expect(screen.queryByTestId("collision")).toBeNull();
  });

  it("is carried to another page, accepted, and left by keys", async () => {
    await placed();
    await fireEvent.keyDown(screen.getByTestId("signature-box"), { key: "PageDown" });
    expect(await screen.findByTestId("signature-box")).toHaveAccessibleName(/page 2/);
    await waitFor(() => expect(screen.getByTestId("signature-box")).toHaveFocus());
    await fireEvent.keyDown(screen.getByTestId("signature-box"), { key: "Escape" });
    expect(screen.getByRole("main")).toHaveFocus();
    await fireEvent.keyDown(screen.getByTestId("signature-box"), { key: "Enter" });
    await waitFor(() => expect(screen.getByTestId("secret")).toHaveFocus());
  });

  it("is undone step by step", async () => {
    await placed();
    const box = screen.getByTestId("signature-box");
    const left = box.style.left;
    await fireEvent.keyDown(box, { key: "ArrowLeft" });
    expect(box.style.left).not.toBe(left);
    await fireEvent.keyDown(box, { key: "z", ctrlKey: true });
    expect(screen.getByTestId("signature-box").style.left).toBe(left);
    await fireEvent.keyDown(screen.getByTestId("signature-box"), { key: "z", ctrlKey: true });
    expect(screen.queryByTestId("signature-box")).toBeNull();
  });

  it("is drawn by two clicks as by dragging", async () => {
    await shown();
    const surface = await screen.findByTestId("page-surface");
    surface.getBoundingClientRect = () => new DOMRect(0, 0, 500, 700);
    const click = async (x: number, y: number): Promise<void> => {
      await fireEvent.pointerDown(surface, { button: 0, clientX: x, clientY: y });
      await fireEvent.pointerUp(surface, { button: 0, clientX: x, clientY: y });
    };
    await click(100, 300);
    expect(screen.getByText(/First corner set/)).toBeInTheDocument();
    expect(screen.queryByTestId("signature-box")).toBeNull();
    await fireEvent.pointerMove(surface, { clientX: 300, clientY: 380 });
    await click(300, 380);
    expect(await screen.findByTestId("signature-box")).toBeInTheDocument();
    expect(screen.queryByText(/First corner set/)).toBeNull();
  });

  it("is not signed where the look does not fit", async () => {
    await placed();
    await fireEvent.error(await screen.findByTestId("ghost"));
    await fireEvent.input(screen.getByTestId("secret"), { target: { value: SECRET } });
    expect(screen.getByTestId("box-refused")).toBeInTheDocument();
    expect(screen.getByTestId("sign-button")).toBeDisabled();
  });
});

describe("a signature under way", () => {
  it("names its steps, and cannot be cancelled once the secret is judged", async () => {
    await placed({ hold: "authenticating" });
    await sign(SECRET);
    expect(await screen.findByText("Judge your secret")).toBeInTheDocument();
    await waitFor(() => expect(screen.getByTestId("cancel-signing")).toBeDisabled());
    expect(screen.getByText("Too late to cancel, finishing.")).toBeInTheDocument();
  });

  it("is cancelled before that, and says that nothing was written", async () => {
    await placed({ hold: "proving" });
    await sign(SECRET);
    await fireEvent.click(await screen.findByTestId("cancel-signing"));
    const line = await screen.findByTestId("error-line");
    expect(line).toHaveTextContent("Nothing was signed or written.");
    expect(line).not.toHaveAttribute("role", "alert");
    expect(screen.getByTestId("signature-box")).toBeInTheDocument();
  });

  it("remembers who signed last", async () => {
    const jonas = { ...ana, login: "jonas", name: "Jonas Weber" };
    await placed({ identities: [ana, jonas] });
    await fireEvent.change(screen.getByTestId("identity"), { target: { value: "jonas" } });
    await sign(SECRET);
    await screen.findByTestId("result-headline");
    cleanup();
    await placed({ identities: [ana, jonas] });
    expect(screen.getByTestId("identity")).toHaveValue("jonas");
  });
});

describe("a refused secret", () => {
  it("interrupts who listens, and no other fault does", async () => {
    await placed();
    await sign("a wrong secret");
    expect(await screen.findByTestId("error-line")).toHaveAttribute("role", "alert");
    expect(screen.getByText("1 wrong since the last right one")).toBeInTheDocument();
    cleanup();
    await placed({ refusal: refusal("no_space") });
    await sign(SECRET);
    expect(await screen.findByTestId("error-line")).toHaveAttribute("role", "status");
  });

  it("closes the field until the next try is judged, and counts the time", async () => {
    const until = Math.floor(Date.now() / 1000) + 92;
    await placed({ identities: [{ ...ana, wrongTries: 5, waitUntil: until }] });
    expect(screen.getByTestId("secret")).toBeDisabled();
    expect(screen.getByTestId("sign-button")).toBeDisabled();
    expect(screen.getByText(/next try in 1:3\d/)).toBeInTheDocument();
  });
});

describe("the level of a signature", () => {
  it("is the organisation's where nobody chooses, and the chosen one else", async () => {
    const asked: SignDocument[] = [];
    const backend = memory();
    const { signDocument } = backend;
    backend.signDocument = (request) => {
      asked.push(request);
      return signDocument(request);
    };
    render(App, { backend });
    await fireEvent.click(await screen.findByTestId("place-for-me"));
    await screen.findByTestId("signature-box");
    await fireEvent.change(screen.getByTestId("level"), { target: { value: "b-lt" } });
    expect(screen.getByText(/nothing is signed/)).toBeInTheDocument();
    await sign(SECRET);
    await screen.findByTestId("result-headline");
    expect(asked[0]?.level).toBe("b-lt");
  });

  it("that cannot be reached costs no secret: it stays in its field, and none is sent", async () => {
    const backend = memory({ refusal: refusal("timestamp_unavailable") });
    const signDocument = vi.fn(backend.signDocument);
    backend.signDocument = signDocument;
    render(App, { backend });
    await fireEvent.click(await screen.findByTestId("place-for-me"));
    await screen.findByTestId("signature-box");
    await sign(SECRET);
    expect(await screen.findByText(/No timestamp authority gave a time/)).toBeInTheDocument();
    expect(screen.getByTestId("secret")).toHaveValue(SECRET);
    expect(signDocument).not.toHaveBeenCalled();
  });
});

describe("the result", () => {
  it("never merges its three answers, and can be copied", async () => {
    const written: string[] = [];
    Object.defineProperty(navigator, "clipboard", {
      configurable: true,
      value: { writeText: async (text: string) => void written.push(text) },
    });
    const modifications = [
      { code: "page_changed" as const, message: "page 1 was changed", name: null, page: 1 },
    ];
    await shown({
      documents: [{ ...agreement, signatures: 1 }],
      validation: { ...valid, headline: "changed", signatures: [{ ...changed, modifications }] },
    });
    expect(await screen.findByTestId("result-headline")).toHaveTextContent("Changed after signing");
    expect(screen.getByText("No, 1 place was changed")).toBeInTheDocument();
    expect(screen.getByText(/Certified by Meridian Issuing CA 2, trusted/)).toBeInTheDocument();
    await fireEvent.click(screen.getByTestId("copy-report"));
    expect(await screen.findByText("Report copied")).toBeInTheDocument();
    expect(written[0]).toContain("Changed after signing");
    expect(written[0]).toContain("Page 1 was changed.");
    expect(written[0]).toMatch(/Is the document intact\? No, 1 place was changed/);
  });

  it("is asked for on any document, also an unsigned one", async () => {
    await shown({ validation: { headline: "unsigned", signatures: [], revisions: [] } });
    await fireEvent.keyDown(document.body, { key: "V", ctrlKey: true, shiftKey: true });
    expect(await screen.findByTestId("result-headline")).toHaveTextContent("No signature");
    await fireEvent.click(screen.getByTestId("sign-too"));
    expect(screen.getByTestId("place-for-me")).toBeInTheDocument();
  });
});

describe("a long document", () => {
  it("has only the pages in the window that can be seen", async () => {
    const asked: [number, number][] = [];
    const backend = memory({ documents: [{ ...agreement, pages: 20_000 }] });
    const { pageSizes } = backend;
    backend.pageSizes = (document, first, count) => {
      asked.push([first, count]);
      return pageSizes(document, first, count);
    };
    render(App, { backend });
    const number = await screen.findByTestId("page-number");
    await fireEvent.change(number, { target: { value: "15000" } });
    await waitFor(() => expect(screen.getByLabelText("Page 15000 of 20000")).toBeInTheDocument());
    expect(screen.getAllByRole("article").length).toBeLessThan(8);
    expect(screen.getByTestId("rail").querySelectorAll("button").length).toBeLessThan(20);
    await waitFor(() => expect(asked.at(-1)).toEqual([14_849, 512]));
    expect(asked.length).toBeLessThan(4);
  });

  it("asks for no picture of what it only flies past", async () => {
    const drawn: number[] = [];
    const backend = memory({ documents: [{ ...agreement, pages: 500 }] });
    const { pageUrl } = backend;
    backend.pageUrl = (document, page, scale) => {
      drawn.push(page);
      return pageUrl(document, page, scale);
    };
    render(App, { backend });
    const number = await screen.findByTestId("page-number");
    for (const page of ["100", "200", "300"]) {
      await fireEvent.change(number, { target: { value: page } });
    }
    await waitFor(() => expect(drawn).toContain(300));
    expect(drawn).not.toContain(100);
    expect(drawn).not.toContain(200);
  });
});

describe("the keyboard", () => {
  it("shows all keys, and lets every region be reached", async () => {
    await shown();
    await screen.findByTestId("page-number");
    await fireEvent.keyDown(document.body, { key: "F1" });
    expect(screen.getByTestId("key-sheet")).toHaveTextContent("Next empty field");
    await fireEvent.keyDown(document.body, { key: "F1" });
    expect(screen.queryByTestId("key-sheet")).toBeNull();
    const seen = new Set<string>();
    for (let way = 0; way < 5; way += 1) {
      await fireEvent.keyDown(document.body, { key: "F6" });
      const region = document.activeElement?.closest<HTMLElement>("[data-region]");
      seen.add(region?.dataset.region ?? "");
    }
    expect([...seen].sort()).toEqual(["page", "panel", "rail", "status", "toolbar"]);
  });

  it("hides the rail and remembers it", async () => {
    await shown();
    await screen.findByTestId("rail");
    await fireEvent.keyDown(document.body, { key: "F9" });
    expect(screen.queryByTestId("rail")).toBeNull();
    cleanup();
    await shown();
    await screen.findByTestId("page-number");
    expect(screen.queryByTestId("rail")).toBeNull();
  });
});
