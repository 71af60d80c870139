import type { ModificationCode } from "../../ipc/generated/ModificationCode";

/** What was done to a file after it was signed. */
export const changes = {
  "change-structure_changed": "The structure of the file was written anew.",
  "change-bytes_added": "Bytes were added that belong to no complete revision.",
  "change-changes_unreadable": "What was changed cannot be told, since it cannot be read.",
  "change-signature_moved": "The signature was put into a document that was signed without it.",
  "change-object_ambiguous": "Something is written so that it can be read in two ways.",
  "change-page_changed": "Page {page} was changed.",
  "change-pages_changed": "Pages were added, removed or reordered.",
  "change-annotations_changed": "Annotations on page {page} were added, removed or changed.",
  "change-field_changed": "The form field {name} was changed.",
  "change-field_added": "A form field was added that is not a signature.",
  "change-form_changed": "The form was changed.",
  "change-catalog_changed": "The document's entry {name} was changed.",
  "change-description_changed": "The description of the document (title, author) was changed.",
  "change-object_changed": "Object {name} was changed; no page names it.",
  "change-object_removed": "Object {name} was removed.",
  "change-object_supplied": "Object {name} was added, which the document named and did not have.",
  "change-signed_although_forbidden":
    "The field {name} was signed, which an earlier signature forbids.",
  "change-filled_although_locked":
    "The form field {name} was filled, which an earlier signature forbids.",
  "change-timestamp_shown": "The timestamp in the field {name} has a box on a page.",
  "change-box_covers_page":
    "The box of the field {name}, with what was drawn before, covers most of page {page}.",
  "change-proof_added": "Proof for the long term was added; nothing that is shown.",
  "change-signed": "The field {name} was signed.",
  "change-timestamped": "The field {name} was timestamped.",
  "change-signature_field_added": "The empty signature field {name} was added.",
  "change-field_filled": "The form field {name} was filled.",
  "change-commented": "Comments on page {page} were added, changed or deleted.",
  "change-later_stranger_over_text":
    "Somebody for whom nobody vouches signed in {name}, in a box over text of page {page}.",
  "change-layers_changed": "Layers were added, removed, shown or hidden.",
  "change-later_signature_does_not_hold":
    "The field {name} was signed, and that signature does not hold or cannot be checked here.",
  "change-cross_references_damaged":
    "The file is damaged; programs may show different things of it.",
} satisfies Record<`change-${ModificationCode}`, string>;
