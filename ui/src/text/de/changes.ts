import type { changes as en } from "../en/changes";

/** What was done to a file after it was signed, in German. */
export const changes: Record<keyof typeof en, string> = {
  "change-structure_changed": "Der Aufbau der Datei wurde neu geschrieben.",
  "change-bytes_added": "Es kamen Bytes hinzu, die zu keiner vollständigen Fassung gehören.",
  "change-changes_unreadable":
    "Was geändert wurde, lässt sich nicht sagen, weil es nicht lesbar ist.",
  "change-signature_moved":
    "Die Signatur wurde in ein Dokument gesetzt, das ohne sie signiert wurde.",
  "change-object_ambiguous": "Etwas ist so geschrieben, dass man es auf zwei Arten lesen kann.",
  "change-page_changed": "Seite {page} wurde geändert.",
  "change-pages_changed": "Seiten wurden hinzugefügt, entfernt oder umgestellt.",
  "change-annotations_changed":
    "Anmerkungen auf Seite {page} wurden hinzugefügt, entfernt oder geändert.",
  "change-field_changed": "Das Formularfeld {name} wurde geändert.",
  "change-field_added": "Ein Formularfeld kam hinzu, das keine Signatur ist.",
  "change-form_changed": "Das Formular wurde geändert.",
  "change-catalog_changed": "Der Eintrag {name} des Dokuments wurde geändert.",
  "change-description_changed": "Die Beschreibung des Dokuments (Titel, Autor) wurde geändert.",
  "change-object_changed": "Objekt {name} wurde geändert; keine Seite nennt es.",
  "change-object_removed": "Objekt {name} wurde entfernt.",
  "change-object_supplied": "Objekt {name} kam hinzu, das das Dokument nannte und nicht hatte.",
  "change-signed_although_forbidden":
    "Das Feld {name} wurde signiert, was eine frühere Signatur verbietet.",
  "change-filled_although_locked":
    "Das Formularfeld {name} wurde ausgefüllt, was eine frühere Signatur verbietet.",
  "change-timestamp_shown": "Der Zeitstempel im Feld {name} hat einen Kasten auf einer Seite.",
  "change-box_covers_page":
    "Der Kasten des Feldes {name} bedeckt mit dem, was vorher gezeichnet wurde, das meiste von Seite {page}.",
  "change-proof_added": "Beweise für später kamen hinzu, nichts, was man sieht.",
  "change-signed": "Das Feld {name} wurde signiert.",
  "change-timestamped": "Das Feld {name} bekam einen Zeitstempel.",
  "change-signature_field_added": "Das leere Signaturfeld {name} kam hinzu.",
  "change-field_filled": "Das Formularfeld {name} wurde ausgefüllt.",
  "change-commented": "Kommentare auf Seite {page} wurden hinzugefügt, geändert oder gelöscht.",
  "change-later_stranger_over_text":
    "Jemand, für den niemand bürgt, hat in {name} signiert, in einem Kasten über Text auf Seite {page}.",
  "change-layers_changed": "Ebenen wurden hinzugefügt, entfernt, gezeigt oder verborgen.",
  "change-later_signature_does_not_hold":
    "Das Feld {name} wurde signiert, und diese Signatur hält nicht oder lässt sich hier nicht prüfen.",
  "change-cross_references_damaged":
    "Die Datei ist beschädigt; Programme können Verschiedenes von ihr zeigen.",
};
