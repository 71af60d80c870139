import type { PreflightCode } from "../../ipc/generated/PreflightCode";

/** One sentence for every code that Rust has, and none for others. */
type Findings = Record<`preflight-${PreflightCode}`, string>;

/** What preflight found in a document, in English. */
export const preflight = {
  "preflight-signing_refused": "It cannot be signed.",
  "preflight-signed": "It is signed already; the signatures stay intact.",
  "preflight-changed_since_signed":
    "It was changed after the signature of {signers}, in a way that signature does not allow.",
  "preflight-certified":
    "Its author certified it. It can still be signed in an empty field, or invisibly.",
  "preflight-new_fields_locked":
    "An earlier signature allows no new field. Only an empty field that is there can be signed.",
  "preflight-fields_locked": "An earlier signature locks: {fields}.",
  "preflight-seed_values": "The form’s author demands something of the signature in: {fields}.",
  "preflight-usage_rights":
    "Acrobat’s extended rights were granted to it. They end when it is signed.",
  "preflight-encrypted": "Encrypted. The signed file is, too, with the same passwords.",
  "preflight-pdf_a": "It claims {claim}; your signature keeps that.",
  "preflight-pdf_ua": "It claims {claim}: it can be read with assistive technology.",
  "preflight-pdf_ua_not_kept":
    "A new signature cannot be put into its structure, so it no longer keeps {claim}. Sign an empty field if there is one.",
  "preflight-repaired": "It is damaged and opens by repair only. A signature mends it.",
  "preflight-hybrid":
    "It is written for old and new readers at once; they may see different documents.",
  "preflight-numbering_gaps":
    "Its numbering has gaps. If a second person signs, Acrobat may call the first signature invalid. Save it anew before the first signature.",
  "preflight-bytes_after_end": "{bytes} bytes follow its end and belong to nothing.",
  "preflight-no_end": "Its end is not where it should be.",
  "preflight-no_identifier": "It has no identifier; your signature gives it one.",
  "preflight-linearized": "It is laid out for the web; a signature ends that.",
  "preflight-partly_unreadable": "A part of it cannot be read.",
  "preflight-empty_fields": "Fields that wait for a signature: {count}.",
  "preflight-need_appearances":
    "Its form asks viewers to draw fields anew. Some then do not show your signature’s box; the signature is valid all the same.",
  "preflight-xfa": "Its form has a second version (XFA) that only Acrobat shows.",
  "preflight-xfa_alone":
    "It is an XFA form. What you see here is not what is filled in and read in Acrobat.",
  "preflight-repeated_names": "More than one field has the name: {fields}.",
  "preflight-overlapping_fields": "Lies over another field: {fields}.",
  "preflight-java_script": "It has JavaScript, which can change what is shown.",
  "preflight-launch": "It can start programs or open other files.",
  "preflight-submit_form": "It can send what is filled in to somewhere else.",
  "preflight-import_data": "It can take values from elsewhere.",
  "preflight-multimedia": "It has sound, film or 3D content.",
  "preflight-hide": "It can show and hide parts of what you see.",
  "preflight-embedded_files": "Files are embedded in it.",
  "preflight-optional_content":
    "Parts of its pages can be switched on and off; they can look different elsewhere.",
  "preflight-search_ended": "Only the first {pages} pages were searched for active content.",
} as const satisfies Findings;
