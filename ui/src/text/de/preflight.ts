import type { preflight as en } from "../en/preflight";

/** What preflight found in a document, in German. */
export const preflight: Record<keyof typeof en, string> = {
  "preflight-signing_refused": "Es kann nicht signiert werden.",
  "preflight-signed": "Es ist schon signiert; die Signaturen bleiben unversehrt.",
  "preflight-changed_since_signed":
    "Nach der Signatur von {signers} wurde es so geändert, wie diese es nicht erlaubt.",
  "preflight-certified":
    "Der Autor hat es zertifiziert. Signieren kann man noch in einem leeren Feld oder unsichtbar.",
  "preflight-new_fields_locked":
    "Eine frühere Signatur erlaubt kein neues Feld. Nur ein leeres, das da ist, kann signiert werden.",
  "preflight-fields_locked": "Eine frühere Signatur sperrt: {fields}.",
  "preflight-seed_values": "Der Autor verlangt etwas von der Signatur in: {fields}.",
  "preflight-usage_rights":
    "Ihm wurden erweiterte Rechte für Acrobat gewährt. Sie enden, wenn es signiert wird.",
  "preflight-encrypted":
    "Verschlüsselt. Die signierte Datei ist es auch, mit denselben Passwörtern.",
  "preflight-pdf_a": "Es gibt sich als {claim} aus; Ihre Signatur ändert daran nichts.",
  "preflight-pdf_ua": "Es gibt sich als {claim} aus: Hilfsmittel können es vorlesen.",
  "preflight-pdf_ua_not_kept":
    "Eine neue Signatur kommt nicht mehr in seine Struktur, damit hält es {claim} nicht mehr ein. Signieren Sie ein leeres Feld, wenn es eines gibt.",
  "preflight-repaired":
    "Es ist beschädigt und lässt sich nur mit Reparatur öffnen. Eine Signatur behebt das.",
  "preflight-hybrid":
    "Es ist für alte und neue Programme zugleich geschrieben; sie können Verschiedenes zeigen.",
  "preflight-numbering_gaps":
    "Seine Nummern haben Lücken. Signiert jemand ein zweites Mal, nennt Acrobat die erste Signatur vielleicht ungültig. Speichern Sie es vor der ersten neu.",
  "preflight-bytes_after_end": "Nach seinem Ende folgen {bytes} Bytes, die zu nichts gehören.",
  "preflight-no_end": "Sein Ende ist nicht, wo es sein sollte.",
  "preflight-no_identifier": "Es hat keine Kennung; Ihre Signatur gibt ihm eine.",
  "preflight-linearized": "Es ist für das Web angeordnet; eine Signatur beendet das.",
  "preflight-partly_unreadable": "Ein Teil davon ist nicht lesbar.",
  "preflight-empty_fields": "Felder, die auf eine Signatur warten: {count}.",
  "preflight-need_appearances":
    "Sein Formular lässt Felder neu zeichnen. Manche Programme zeigen das Feld Ihrer Signatur dann nicht; gültig ist sie trotzdem.",
  "preflight-xfa": "Sein Formular hat eine zweite Fassung (XFA), die nur Acrobat zeigt.",
  "preflight-xfa_alone":
    "Es ist ein XFA-Formular. Was Sie hier sehen, ist nicht, was in Acrobat ausgefüllt und gelesen wird.",
  "preflight-repeated_names": "Mehr als ein Feld heißt: {fields}.",
  "preflight-overlapping_fields": "Liegt über einem anderen Feld: {fields}.",
  "preflight-java_script": "Es enthält JavaScript, das ändern kann, was gezeigt wird.",
  "preflight-launch": "Es kann Programme starten oder andere Dateien öffnen.",
  "preflight-submit_form": "Es kann Ausgefülltes anderswohin senden.",
  "preflight-import_data": "Es kann Werte von anderswo übernehmen.",
  "preflight-multimedia": "Es enthält Ton, Film oder 3D-Inhalte.",
  "preflight-hide": "Es kann Teile dessen, was Sie sehen, ein- und ausblenden.",
  "preflight-embedded_files": "In ihm sind Dateien eingebettet.",
  "preflight-optional_content":
    "Teile seiner Seiten lassen sich ein- und ausschalten; anderswo können sie anders aussehen.",
  "preflight-search_ended":
    "Nur die ersten {pages} Seiten wurden nach aktiven Inhalten durchsucht.",
};
