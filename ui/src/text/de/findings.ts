import type { findings as en } from "../en/findings";

/** What validation finds, by its code, in German. */
export const findings: Record<keyof typeof en, string> = {
  "finding-byte_range_malformed": "Die Signatur sagt nicht richtig, welche Bytes sie umfasst.",
  "finding-byte_range_beyond_file":
    "Die Signatur umfasst mehr Bytes, als die Datei hat: Ihr Ende fehlt.",
  "finding-byte_range_leaves_a_gap": "Die Signatur lässt Bytes aus, in denen alles stehen kann.",
  "finding-contents_not_in_the_gap":
    "In der Datei steht eine andere Signatur als die, auf die sie verweist.",
  "finding-signature_ambiguous":
    "Die Signatur ist so geschrieben, dass man sie auf zwei Arten lesen kann.",
  "finding-byte_range_ends_inside_a_revision": "Die Signatur endet mitten in einer Fassung.",
  "finding-contents_too_large": "Die Signatur ist größer, als gelesen wird.",
  "finding-cms_malformed": "Die Signatur ist fehlerhaft aufgebaut.",
  "finding-signed_attribute": "Etwas, das die Signatur sagen muss, fehlt oder steht zweimal da.",
  "finding-digest_mismatch": "Das Dokument ist nicht das, das signiert wurde.",
  "finding-signer_certificate_missing": "Das Zertifikat des Unterzeichners fehlt in der Signatur.",
  "finding-signer_certificate_malformed": "Das Zertifikat des Unterzeichners ist nicht lesbar.",
  "finding-signing_certificate_of_another":
    "Die Signatur gehört zu einem anderen Zertifikat als dem, das sie mitführt.",
  "finding-signature_does_not_verify":
    "Die Signatur lässt sich mit dem Schlüssel ihres Zertifikats nicht bestätigen.",
  "finding-sub_filter_not_supported": "Signaturen dieser Art kann diese Version nicht beurteilen.",
  "finding-algorithm_not_supported": "Diese Version kennt das Verfahren der Signatur nicht.",
  "finding-no_path_to_anchor": "Keine Stelle, der hier vertraut wird, bürgt für den Aussteller.",
  "finding-certificate_not_by_issuer":
    "Ein Zertifikat wurde nicht von dem Aussteller signiert, den es nennt.",
  "finding-certificate_not_yet_valid": "Ein Zertifikat gilt noch nicht.",
  "finding-certificate_expired": "Ein Zertifikat ist abgelaufen.",
  "finding-issuer_is_no_ca":
    "Das Zertifikat eines Ausstellers erlaubt ihm nicht, Zertifikate auszustellen.",
  "finding-path_length_exceeded": "Eine Stelle steht unter einer, die keine unter sich erlaubt.",
  "finding-critical_extension_not_supported":
    "Ein Zertifikat stellt eine Bedingung, die diese Version nicht kennt.",
  "finding-certificate_not_for_documents":
    "Das Zertifikat des Unterzeichners ist nicht zum Signieren von Dokumenten da.",
  "finding-path_search_given_up":
    "Die Zertifikate in der Signatur sind zu verschlungen, um einen Weg hindurch zu finden.",
  "finding-revocation_not_checked":
    "Nichts sagt hier, ob das Zertifikat widerrufen wurde; das ist nicht geprüft.",
  "finding-changed_after_signing": "Nach dieser Signatur wurde die Datei geändert.",
  "finding-cross_references_damaged":
    "Die Datei ist beschädigt; Programme können Verschiedenes von ihr zeigen.",
  "finding-later_signature_does_not_hold":
    "Nach dieser Signatur hat jemand signiert, und das hält nicht oder lässt sich hier nicht prüfen.",
  "finding-later_signature_over_another":
    "Eine später hinzugefügte Signatur liegt über einem anderen Feld.",
  "finding-later_signature_over_text":
    "Eine spätere Signatur liegt über Text: die Fassungen der Datei sagen, auf welcher Seite.",
  "finding-later_stranger_over_text":
    "Jemand, für den niemand bürgt, hat später in einem Kasten über Text signiert: was dort jetzt zu sehen ist, hat niemand zugesagt.",
  "finding-later_signature_by_stranger":
    "Jemand, für den niemand bürgt, hat später signiert und ein Feld auf die Seite gezeichnet: Was darin steht, stammt nicht von diesem Unterzeichner.",
  "finding-proof_added":
    "Nach dieser Signatur kamen nur Beweise für später hinzu; sie ändern nichts, was zu sehen ist.",
  "finding-white_space_behind":
    "Hinter dieser Signatur steht etwas Leerraum; das ist keine Änderung.",
  "finding-changed_as_allowed":
    "Nach dieser Signatur kam nur hinzu, was sie erlaubt; die Versionen der Datei sagen, was.",
  "finding-trusted_list_signature_not_verified":
    "Dem Aussteller wird wegen einer Vertrauensliste vertraut, deren eigene Signatur nicht geprüft ist: Vergleichen Sie die Datei mit der des Herausgebers.",
  "finding-certificate_revoked":
    "Ein Zertifikat wurde widerrufen, bevor diese Signatur nachweislich da war.",
  "finding-certificate_revoked_later":
    "Ein Zertifikat wurde widerrufen, aber erst nach dieser Signatur.",
  "finding-revocation_too_old": "Was sagt, dass ein Zertifikat nicht widerrufen ist, ist zu alt.",
  "finding-revocation_not_known":
    "Die Auskunft der Zertifizierungsstelle kennt ein Zertifikat auf dem Weg nicht.",
  "finding-evidence_left_out":
    "Nicht alle Auskünfte und Sperrlisten wurden geprüft: einige sind zu viele, zu groß oder nicht lesbar. Eine, auf die es ankommt, kann fehlen.",
  "finding-timestamps_left_out":
    "Die Signatur bringt mehr Zeitstempel mit, als geprüft werden; einige bleiben außen vor.",
  "finding-algorithm_too_weak":
    "Die Signatur verwendet ein Verfahren, das nicht mehr gut genug ist.",
  "finding-path_refused":
    "Die Zertifikate zwischen Unterzeichner und vertrauter Stelle passen nicht zusammen.",
  "finding-cms_not_der": "Die Signatur ist auf ältere Art geschrieben und wurde trotzdem gelesen.",
  "finding-not_digested":
    "Das Dokument hat so viele Signaturen über fast alles darin, dass diese nicht beurteilt wurde.",
  "finding-level_not_proven":
    "Zeitstempel oder Nachweise für lange Zeit liegen dem Dokument bei, und nicht alles davon beweist hier etwas.",
  "finding-timestamp_unreadable": "Ein Zeitstempel neben der Signatur lässt sich nicht lesen.",
  "finding-timestamp_not_trusted":
    "Ein Zeitstempel beweist nichts, denn für seine Stelle bürgt niemand, dem hier vertraut wird.",
  "finding-timestamp_imprint": "Ein Zeitstempel neben der Signatur gilt etwas anderem.",
  "finding-timestamp_algorithm":
    "Ein Zeitstempel verwendet ein Verfahren, das diese Version nicht kennt.",
  "finding-timestamp_attribute":
    "Etwas, das ein Zeitstempel sagen muss, fehlt oder steht doppelt da.",
  "finding-timestamp_content": "Ein Zeitstempel sagt etwas anderes, als seine Stelle signiert hat.",
  "finding-timestamp_certificate_missing":
    "Ein Zeitstempel bringt das Zertifikat seiner Stelle nicht mit.",
  "finding-timestamp_certificate_of_another":
    "Ein Zeitstempel nennt ein anderes Zertifikat als das, das er mitbringt.",
  "finding-timestamp_signature": "Ein Zeitstempel passt nicht zum Schlüssel seiner Stelle.",
  "finding-timestamp_purpose":
    "Ein Zeitstempel wurde mit einem Zertifikat gemacht, das nicht dafür da ist.",
  "finding-timestamp_purpose_not_critical":
    "Ein Zeitstempel wurde mit einem Zertifikat gemacht, das nicht nur dafür da ist.",
  "finding-timestamp_authority_not_valid":
    "Das Zertifikat der Stelle eines Zeitstempels war damals nicht gültig.",
};
