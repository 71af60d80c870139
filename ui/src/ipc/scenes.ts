// Every state of the signer's window by its name: looked at with `?memory=NAME` while developing,
// pictured and checked in the gallery, and gone through in tests.

import { signatureSettings } from "./custody-samples";
import type { ErrorCode } from "./generated/ErrorCode";
import type { SignatureReport } from "./generated/SignatureReport";
import type { Validation } from "./generated/Validation";
import type { Answers } from "./memory";
import {
  agreement,
  ana,
  anas,
  cardWithPin,
  contractor,
  finding,
  jonass,
  noCards,
  noOrganisation,
  oneCard,
  PASSWORD,
  ready,
  refusal,
  SECRET,
  severalCertificates,
  trust,
  valid,
  CODE,
} from "./samples";
import type { Play, Scene } from "./scene";
import {
  allowed,
  archived,
  broken,
  byChoice,
  changed,
  CHANGES,
  different,
  expired,
  expiredStamped,
  filled,
  history,
  offer,
  proof,
  revoked,
  selfSigned,
  stamped,
  stranger,
  strangeTime,
  twenty,
  unknownKind,
  unsigned,
} from "./verdicts";

const DAY = 86_400;
const now = Math.floor(Date.now() / 1000);
const signed = { ...agreement, signatures: 1, fields: [{ ...trust, signed: true }] };
const withField = { ...agreement, fields: [{ ...contractor, signed: true }, trust] };
const notActivated = { ...ana, status: "not_activated" as const };

async function place(page: Play): Promise<void> {
  await page.click("place-for-me");
  await page.find("signature-box");
}

async function sign(page: Play, secret: string): Promise<void> {
  await page.type("secret", secret);
  await page.click("sign-button");
}

/** Signing that is refused for a reason. */
function refused(code: ErrorCode, detail = ""): Scene<Answers> {
  return {
    answers: { refusal: refusal(code, detail) },
    async play(page) {
      await place(page);
      await sign(page, SECRET);
      await page.find("error-line");
    },
  };
}

/** A document that can be read and not signed. */
function unsignable(code: ErrorCode, certified = false): Scene<Answers> {
  const document = certified ? signed : agreement;
  return {
    answers: {
      documents: [{ ...document, refusal: refusal(code) }],
      validation: certified ? valid : { headline: "unsigned", signatures: [], revisions: [] },
    },
  };
}

/** A signature that stays at a step. */
function held(hold: NonNullable<Answers["hold"]>): Scene<Answers> {
  return {
    answers: { hold, documents: [withField] },
    async play(page) {
      await sign(page, SECRET);
      await page.find("steps");
    },
  };
}

async function chooseSecret(page: Play, id: string): Promise<void> {
  await page.type(id, "quiet harbour dawn cranes");
  await page.find(`${id}-judged`);
}

/** Nobody's key is kept here, and a card may be there. */
function onCard(cards: Answers["cards"], more: Partial<Answers> = {}): Partial<Answers> {
  return { identities: [], status: noOrganisation, cards, ...more };
}

/** What is said where no card can sign. */
function noCard(presence: Answers["cards"]["presence"]): Scene<Answers> {
  return { answers: onCard({ ...noCards, presence }) };
}

/** Signing with a card that is refused for a reason. */
function refusedByCard(code: ErrorCode, cards = oneCard): Scene<Answers> {
  return {
    answers: onCard(cards, { refusal: refusal(code) }),
    async play(page) {
      await place(page);
      await sign(page, "123456");
      await page.find("error-line");
    },
  };
}

/** A document that was signed by others, and what is said of it. */
function judged(
  validation: Validation,
  signatures = validation.signatures.length,
  answers: Partial<Answers> = {},
): Scene<Answers> {
  return { answers: { documents: [{ ...signed, signatures }], validation, ...answers } };
}

/** A file with one signature. */
function one(report: SignatureReport): Validation {
  return { headline: report.headline, signatures: [report], revisions: history(report.field) };
}

export const scenes: Record<string, Scene<Answers>> = {
  "card-no-driver": noCard("no_driver"),
  "card-driver-fault": noCard("driver_fault"),
  "card-service-down": noCard("service_down"),
  "card-no-reader": noCard("no_reader"),
  "card-no-card": noCard("no_card"),
  "card-unknown": noCard("card_unknown"),
  "card-no-certificate": noCard("no_certificate"),
  "card-ready": { answers: onCard(oneCard), play: place },
  "card-several": { answers: onCard(severalCertificates) },
  "card-pin-low": { answers: onCard(cardWithPin({ state: "count_low" })), play: place },
  "card-pin-last": { answers: onCard(cardWithPin({ state: "final_try" })), play: place },
  "card-pin-locked": { answers: onCard(cardWithPin({ state: "locked" })) },
  "card-pin-to-be-changed": { answers: onCard(cardWithPin({ state: "to_be_changed" })) },
  "card-pin-pad": { answers: onCard(cardWithPin({ pad: true })), play: place },
  "card-pin-pad-now": {
    answers: onCard(cardWithPin({ pad: true }), { hold: "authenticating" }),
    async play(page) {
      await place(page);
      await page.click("sign-button");
      await page.find("pad-now");
    },
  },
  "card-pin-pad-not-entered": {
    answers: onCard(cardWithPin({ pad: true }), { refusal: refusal("pin_not_entered") }),
    async play(page) {
      await place(page);
      await page.click("sign-button");
      await page.find("error-line");
    },
  },
  "own-settings": {
    answers: { documents: [], identities: [], status: noOrganisation },
    async play(page) {
      await page.click("settings");
      await page.click("authority-add");
      await page.type("authority-0", "http://time.example/tsa");
      await page.type("settings-level", "b-lta");
      await page.click("anchor-add");
      await page.find("anchor-0");
    },
  },
  "own-settings-of-organisation": {
    answers: { settings: signatureSettings() },
    async play(page) {
      await page.click("settings");
      await page.find("settings-form");
    },
  },
  "card-pin-wrong": refusedByCard("pin_wrong"),
  "card-pin-length": refusedByCard("pin_length"),
  "card-removed": refusedByCard("card_removed"),
  "card-fault": refusedByCard("card_driver_fault"),
  "card-beside-organisation": { answers: { cards: oneCard } },
  "card-driver-changed": {
    answers: onCard({
      ...oneCard,
      drivers: [{ name: "opensc-pkcs11.so", chosen: false, changed: true, fault: null }],
    }),
  },
  empty: { answers: { documents: [] } },
  "first-run": { answers: { documents: [], identities: [], status: noOrganisation } },
  "first-run-document": { answers: { identities: [], status: noOrganisation } },
  unreadable: {
    answers: {
      documents: [],
      refused: {
        name: "scan-0231.pdf",
        failure: refusal("pdf_unreadable", "no trailer was found"),
      },
    },
  },
  encrypted: {
    answers: {
      documents: [],
      refused: { name: "payslip.pdf", failure: refusal("pdf_encrypted") },
    },
  },
  locked: { answers: { documents: [], locked: { id: "l1", name: "Payslip.pdf" } } },
  "locked-wrong": {
    answers: { documents: [], locked: { id: "l1", name: "Payslip.pdf" } },
    async play(page) {
      await page.type("document-password", "a guess");
      await page.click("unlock-button");
      await page.find("error-line");
    },
  },
  unlocked: {
    answers: { documents: [], locked: { id: "l1", name: "Payslip.pdf" } },
    async play(page) {
      await page.type("document-password", PASSWORD);
      await page.click("unlock-button");
      await page.find("place-for-me");
    },
  },
  "not-permitted": unsignable("pdf_not_permitted"),
  "locked-owner": {
    ...unsignable("pdf_not_permitted"),
    async play(page) {
      await page.click("ask-owner");
      await page.find("unlock");
    },
  },

  placing: { answers: {} },
  "corner-set": {
    answers: {},
    async play(page) {
      const surface = await page.find("page-surface");
      const { left, top, width, height } = surface.getBoundingClientRect();
      const at = { clientX: left + width / 3, clientY: top + height / 2, bubbles: true };
      surface.setPointerCapture = () => {};
      surface.dispatchEvent(new PointerEvent("pointerdown", at));
      surface.dispatchEvent(new PointerEvent("pointerup", at));
    },
  },
  placed: {
    answers: {},
    async play(page) {
      await place(page);
      await page.type("secret", SECRET);
    },
  },
  "look-chosen": {
    answers: {},
    async play(page) {
      await place(page);
      await page.type("look", "framed");
      await page.find("look-preview");
    },
  },
  "empty-field": { answers: { documents: [withField] } },
  "empty-fields": { answers: { documents: [{ ...agreement, fields: [contractor, trust] }] } },
  fields: {
    answers: {
      documents: [
        {
          ...agreement,
          fields: [
            { ...contractor, signed: true },
            trust,
            { ...trust, name: "Bank", label: "For the Bank", page: 2 },
          ],
        },
      ],
    },
    play: (page) => page.click("tab-fields"),
  },
  invisible: { answers: {}, play: (page) => page.type("place", "invisible") },
  collision: {
    answers: { documents: [{ ...agreement, fields: [{ ...trust, signed: true }] }] },
    async play(page) {
      await place(page);
      await page.type("measure-y", "40");
    },
  },
  "box-refused": {
    answers: { drawable: false },
    async play(page) {
      await place(page);
      // Said here, too, where nothing loads pictures.
      (await page.find("ghost")).dispatchEvent(new Event("error"));
      await page.find("box-refused");
    },
  },
  "certified-allowed": {
    answers: {
      documents: [
        {
          ...agreement,
          findings: [finding("certified", "info", { level: "2" })],
        },
      ],
    },
  },
  "preflight-known": {
    answers: {
      documents: [
        {
          ...agreement,
          findings: [
            finding("pdf_a", "info", { claim: "PDF/A-2b" }),
            finding("linearized", "info"),
            finding("embedded_files", "info"),
          ],
        },
      ],
    },
    play: (page) => page.click("preflight-line"),
  },
  "preflight-cautions": {
    answers: {
      documents: [
        {
          ...agreement,
          findings: [
            finding("numbering_gaps", "caution", { count: "12" }),
            finding("java_script", "caution"),
            finding("optional_content", "caution"),
            finding("bytes_after_end", "caution", { bytes: "214" }),
            finding("usage_rights", "info"),
            finding("search_ended", "info", { pages: "4000" }),
          ],
        },
      ],
    },
    play: (page) => page.click("preflight-line"),
  },
  "preflight-one": {
    answers: {
      documents: [{ ...agreement, findings: [finding("xfa_alone", "caution")] }],
    },
  },
  "preflight-signed": {
    answers: {
      documents: [
        {
          ...signed,
          findings: [
            finding("signed", "info", { count: "1" }),
            finding("pdf_ua_not_kept", "caution", { claim: "PDF/UA-1" }),
            finding("pdf_ua", "info", { claim: "PDF/UA-1" }),
          ],
        },
      ],
      validation: valid,
    },
    play: (page) => page.click("preflight-line"),
  },
  "certified-p1": unsignable("pdf_forbids", true),
  "not-supported": unsignable("pdf_not_supported"),
  "long-name": {
    answers: {
      documents: [
        {
          ...agreement,
          name: "Rahmenvertrag_Wartung_Hafenkrane_Los_3_2026-11-16_final_v7_mit_Anlagen.pdf",
          outputName:
            "Rahmenvertrag_Wartung_Hafenkrane_Los_3_2026-11-16_final_v7_mit_Anlagen-signed.pdf",
        },
      ],
      identities: [
        {
          ...ana,
          name: "Prof. Dr. María Fernanda Gutiérrez-Castellanos de la Vega y Oñate",
          organisation: "Gemeinsame Hafenverwaltung der Vereinigten Küstenstädte",
        },
      ],
    },
    play: place,
  },
  "many-pages": {
    answers: {
      documents: [{ ...agreement, pages: 20_000, bytes: 1_204_500_000 }],
      sizes: { 2: { width: 595, height: 421 }, 4: { width: 298, height: 420 } },
    },
  },

  "wrong-secret": {
    answers: {},
    async play(page) {
      await place(page);
      await sign(page, "a wrong secret");
      await page.find("error-line");
    },
  },
  "some-wrong": { answers: { identities: [{ ...ana, wrongTries: 2 }] }, play: place },
  wait: {
    answers: { identities: [{ ...ana, wrongTries: 5, waitUntil: now + 92 }] },
    async play(page) {
      await place(page);
    },
  },
  suspended: {
    answers: {
      identities: [
        {
          ...ana,
          status: "suspended",
          change: { at: now - 22 * DAY, by: "m.ortiz", note: "lost laptop" },
        },
      ],
    },
  },
  "suspended-by-owner": {
    answers: {
      identities: [
        { ...ana, status: "suspended", change: { at: now - DAY, by: null, note: "phone stolen" } },
      ],
    },
  },
  revoked: {
    answers: {
      identities: [
        {
          ...ana,
          status: "revoked",
          change: { at: now - 3 * DAY, by: "m.ortiz", note: "left the Trust" },
        },
      ],
    },
  },
  "vault-damaged": {
    answers: { unknown: refusal("vault_damaged", "database disk image is malformed") },
  },
  damaged: { answers: { identities: [{ ...ana, status: "damaged" }] } },
  expiring: { answers: { identities: [{ ...ana, validUntil: now + 12 * DAY + 60 }] }, play: place },
  "expiring-soon": {
    answers: { identities: [{ ...ana, validUntil: now + 3 * DAY + 60 }] },
    play: place,
  },
  expired: { answers: { identities: [{ ...ana, status: "expired", validUntil: now - DAY }] } },

  "signing-reading": held("reading"),
  "signing-step-3": held("authenticating"),
  "signing-writing": held("writing"),
  cancelled: {
    answers: { hold: "proving", documents: [withField] },
    async play(page) {
      await sign(page, SECRET);
      await page.click("cancel-signing");
      await page.find("error-line");
    },
  },
  "disk-full": refused("no_space", "no space left on device"),
  "output-exists": refused("output_exists"),
  "no-such-token": refused("token_missing"),
  "token-locked": {
    ...refused("token_locked"),
    answers: {
      refusal: refusal("token_locked"),
      status: { ...ready, token: { state: "locked", detail: "the signing PIN is locked" } },
    },
  },
  "hsm-unreachable": {
    ...refused("host_timeout"),
    answers: {
      refusal: refusal("host_timeout", "no answer within 30 s"),
      status: { ...ready, token: { state: "unreachable", detail: "no answer within 30 s" } },
    },
  },
  "device-fault": refused("device_fault", "CKR_DEVICE_ERROR"),
  "not-as-written": refused("not_as_written"),

  level: {
    answers: {},
    async play(page) {
      await place(page);
      await page.click("more-words");
      await page.type("level", "b-lta");
    },
  },
  gathering: {
    answers: { gathering: true },
    async play(page) {
      await place(page);
      await sign(page, SECRET);
      await page.find("off-reason");
    },
  },
  "timestamp-unavailable": refused("timestamp_unavailable", "no answer within 10 s"),
  "evidence-unavailable": refused("evidence_unavailable"),

  success: {
    answers: { documents: [withField], validation: { ...valid, signatures: [jonass, anas] } },
    async play(page) {
      await sign(page, SECRET);
      await page.find("show-in-folder");
    },
  },
  signed: { answers: { documents: [signed] } },
  "already-signed": {
    answers: { documents: [{ ...signed, fields: [{ ...trust, signed: true }, contractor] }] },
    play: (page) => page.click("sign-too"),
  },
  unsigned: {
    answers: { validation: { headline: "unsigned", signatures: [], revisions: [] } },
    async play(page) {
      await page.find("place-for-me");
      document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key: "V", ctrlKey: true, shiftKey: true, bubbles: true }),
      );
      await page.find("result-headline");
    },
  },
  "changed-as-allowed": judged(
    {
      headline: "valid_changed_as_allowed",
      signatures: [allowed],
      revisions: [...history("Trust"), unsigned([filled])],
    },
    2,
  ),
  "proof-added": judged({
    headline: "valid",
    signatures: [{ ...stamped, coverage: "revision" }],
    revisions: [...history("Trust"), unsigned([proof])],
  }),
  changed: judged(
    {
      headline: "changed",
      signatures: [
        changed,
        { ...byChoice, field: "Contractor", coverage: "whole_file", headline: "valid" },
      ],
      revisions: [
        ...history("Trust"),
        { index: 2, bytes: 1_900_000, signedBy: "Contractor", what: CHANGES, allowed: false },
      ],
    },
    2,
  ),
  "identity-unconfirmed": judged(one(stranger)),
  "self-signed": judged(one(selfSigned)),
  "trust-offer": {
    ...judged(one(stranger), 1, { offer }),
    play: (page) => page.click("trust-ask"),
  },
  "trust-offer-none": {
    ...judged(one(stranger)),
    play: (page) => page.click("trust-ask"),
  },
  trusted: {
    ...judged(one(stranger), 1, { offer, trusting: one(byChoice) }),
    async play(page) {
      await page.click("trust-ask");
      await page.click("trust-now");
      (await page.find<HTMLDetailsElement>("trusted-issuers")).open = true;
    },
  },
  "time-stamped": judged({
    headline: "valid",
    signatures: [{ ...stamped, coverage: "revision" }, archived],
    revisions: history("Trust", "Timestamp 1"),
  }),
  "signature-details": {
    ...judged(one(stamped)),
    async play(page) {
      (await page.find<HTMLDetailsElement>("signature-details")).open = true;
    },
  },
  "signer-revoked": judged(one(revoked)),
  "expired-stamped": judged(one(expiredStamped)),
  "signer-expired": judged(one(expired)),
  "time-untrusted": judged(one(strangeTime)),
  "unknown-kind": judged(one(unknownKind)),
  broken: judged(one(broken)),
  "file-damaged": judged({
    headline: "changed",
    signatures: [
      {
        ...changed,
        modifications: [],
        findings: [
          {
            code: "cross_references_damaged",
            severity: "caution",
            message: "the cross-references of the file are damaged",
          },
        ],
      },
    ],
    revisions: [],
  }),
  "twenty-revisions": {
    ...judged(twenty, 19),
    async play(page) {
      (await page.find<HTMLDetailsElement>("revisions")).open = true;
    },
  },
  "earlier-version": {
    ...judged(
      {
        headline: "changed",
        signatures: [changed],
        revisions: [...history("Trust"), unsigned(CHANGES, false)],
      },
      1,
    ),
    async play(page) {
      await page.click("view-revision");
      await page.find("version-bar");
    },
  },
  compared: {
    ...judged(
      {
        headline: "changed",
        signatures: [changed],
        revisions: [...history("Trust"), unsigned(CHANGES, false)],
      },
      1,
      { comparison: different },
    ),
    async play(page) {
      await page.click("compare-revision");
      await page.find("differences");
    },
  },
  "compared-same": {
    ...judged({ headline: "valid", signatures: [stamped], revisions: history(null, "Trust") }),
    async play(page) {
      await page.click("compare-revision");
      await page.find("differences");
    },
  },
  "version-saved": {
    ...judged({ headline: "valid", signatures: [stamped], revisions: history(null, "Trust") }),
    async play(page) {
      await page.click("save-revision");
      await page.click("save-html");
      await page.find("report-saved");
    },
  },

  "not-activated": { answers: { identities: [notActivated] } },
  "activation-ready": {
    answers: { identities: [notActivated] },
    async play(page) {
      await page.type("code", CODE);
      await chooseSecret(page, "new-secret");
    },
  },
  "activation-weak": {
    answers: { identities: [notActivated] },
    async play(page) {
      await page.type("code", CODE);
      await page.type("new-secret", "121212121212");
      await page.find("new-secret-judged");
    },
  },
  "activation-code-used": {
    answers: { identities: [notActivated], refusal: refusal("code_used") },
    async play(page) {
      await page.type("code", CODE);
      await chooseSecret(page, "new-secret");
      await page.click("activate");
      await page.find("error-line");
    },
  },
  "activation-code-wrong": {
    answers: { identities: [notActivated] },
    async play(page) {
      await page.type("code", CODE.replace("K", "J"));
      await chooseSecret(page, "new-secret");
      await page.click("activate");
      await page.find("error-line");
    },
  },
  activated: {
    answers: { identities: [notActivated] },
    async play(page) {
      await page.type("code", CODE);
      await chooseSecret(page, "new-secret");
      await page.click("activate");
      await page.find("activated");
    },
  },

  "key-page": { answers: {}, play: (page) => page.click("my-key") },
  "key-page-empty": {
    answers: { documents: [] },
    play: (page) => page.click("my-key"),
  },
  "change-secret": {
    answers: {},
    async play(page) {
      await page.click("my-key");
      await page.click("open-change-secret");
      await page.type("known-secret", SECRET);
      await chooseSecret(page, "next-secret");
    },
  },
  "change-secret-wrong": {
    answers: {},
    async play(page) {
      await page.click("my-key");
      await page.click("open-change-secret");
      await page.type("known-secret", "a wrong secret");
      await chooseSecret(page, "next-secret");
      await page.click("change-secret-now");
      await page.find("error-line");
    },
  },
  "secret-changed": {
    answers: {},
    async play(page) {
      await page.click("my-key");
      await page.click("open-change-secret");
      await page.type("known-secret", SECRET);
      await chooseSecret(page, "next-secret");
      await page.click("change-secret-now");
      await page.find("secret-changed");
    },
  },
  "suspend-own": {
    answers: {},
    async play(page) {
      await page.click("my-key");
      await page.click("open-suspend");
      await page.type("suspend-note", "phone stolen");
      await page.type("suspend-login", "ana");
    },
  },
  "cheat-sheet": { answers: {}, play: (page) => page.click("help") },
};
