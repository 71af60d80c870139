import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import App from "../../App.svelte";
import type { Validation } from "../../ipc/generated/Validation";
import { agreement, memory, type Answers } from "../../ipc/memory";
import {
  byChoice,
  changed,
  different,
  history,
  offer,
  stamped,
  stranger,
} from "../../ipc/verdicts";

beforeEach(() => localStorage.clear());
afterEach(cleanup);

const signed = { ...agreement, signatures: 1 };
const unconfirmed: Validation = {
  headline: "identity_unconfirmed",
  signatures: [stranger],
  revisions: history("Contractor"),
};
const confirmed: Validation = { ...unconfirmed, headline: "valid", signatures: [byChoice] };

async function reading(changed: Partial<Answers>): Promise<void> {
  render(App, { backend: memory({ documents: [signed], ...changed }) });
  await screen.findByTestId("result-headline");
}

describe("an unknown issuer", () => {
  it("is trusted only after its fingerprint was shown, and can be taken back", async () => {
    await reading({ validation: unconfirmed, offer, trusting: confirmed });
    expect(screen.queryByTestId("trust-now")).toBeNull();
    await fireEvent.click(screen.getByTestId("trust-ask"));
    const told = await screen.findByTestId("trust-offer");
    expect(told).toHaveTextContent("7E24 C19B");
    expect(told).toHaveTextContent("to you alone, on this computer");
    await fireEvent.click(within(told).getByTestId("trust-now"));
    await waitFor(() => expect(screen.getByTestId("result-headline")).toHaveTextContent("Valid"));
    expect(screen.getByText(/which you chose to trust/)).toBeInTheDocument();
    await fireEvent.click(screen.getByTestId("forget-issuer"));
    await waitFor(() =>
      expect(screen.getByTestId("result-headline")).toHaveTextContent("Identity not confirmed"),
    );
  });

  it("takes nothing from the answer about the document", async () => {
    await reading({ validation: unconfirmed, offer });
    expect(screen.getByTestId("intact-question")).toHaveTextContent("Yes, every byte");
    expect(screen.getByTestId("who-question")).toHaveTextContent(/nothing against the document/);
  });

  it("gives the focus to what is asked, and back to who asked", async () => {
    await reading({ validation: unconfirmed, offer });
    await fireEvent.click(screen.getByTestId("trust-ask"));
    await waitFor(() => expect(screen.getByText("Trust this issuer?")).toHaveFocus());
    await fireEvent.click(screen.getByText("Do not trust"));
    await waitFor(() => expect(screen.getByTestId("trust-ask")).toHaveFocus());
  });
});

describe("a revision", () => {
  const validation: Validation = {
    headline: "changed",
    signatures: [changed],
    revisions: [...history("Trust"), ...history(null, null).slice(1)],
  };

  it("is shown with a banner that says so, and left by one press", async () => {
    await reading({ validation });
    await fireEvent.click(screen.getByTestId("view-signed"));
    expect(await screen.findByTestId("version-bar")).toHaveTextContent(
      "cannot be changed or signed",
    );
    await fireEvent.click(screen.getByTestId("version-now"));
    expect(screen.queryByTestId("version-bar")).toBeNull();
  });

  it("is compared with what the file is now, and each difference can be shown", async () => {
    await reading({ validation, comparison: different });
    const [compare] = screen.getAllByTestId("compare-revision");
    if (!compare) throw new Error("an earlier revision can be compared");
    await fireEvent.click(compare);
    expect(await screen.findByTestId("differences")).toHaveTextContent("3 of 3");
    expect(screen.getByText("Page 1, places: 2")).toBeInTheDocument();
    const onPaper = "Page 2, places that look different on paper alone: 1";
    expect(screen.getByText(onPaper)).toBeInTheDocument();
  });

  it("is left when somebody signs: what is signed is the file as it is", async () => {
    await reading({ validation });
    await fireEvent.click(screen.getByTestId("view-revision"));
    await screen.findByTestId("version-bar");
    await fireEvent.click(screen.getByTestId("sign-too"));
    expect(screen.queryByTestId("version-bar")).toBeNull();
    expect(screen.getByTestId("place-for-me")).toBeInTheDocument();
  });

  it("of many are not all shown at once", async () => {
    const revisions = history(...Array.from({ length: 20 }, () => "Trust"));
    await reading({ validation: { headline: "valid", signatures: [stamped], revisions } });
    expect(screen.getByTestId("revisions")).not.toHaveAttribute("open");
    expect(screen.getByText("20 revisions")).toBeInTheDocument();
  });
});

it("a report that was saved is called by its name", async () => {
  await reading({ validation: confirmed });
  await fireEvent.click(screen.getByTestId("save-html"));
  expect(await screen.findByTestId("report-saved")).toHaveTextContent("contract-validation.html");
});
