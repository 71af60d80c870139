/** What validation finds, by its code, in English; a code without words speaks for itself. */
export const findings = {
  "finding-byte_range_malformed": "The signature does not say properly which bytes it covers.",
  "finding-byte_range_beyond_file":
    "The signature covers more bytes than the file has: its end is missing.",
  "finding-byte_range_leaves_a_gap": "The signature leaves out bytes that can hold anything.",
  "finding-contents_not_in_the_gap": "The file holds another signature than the one it points to.",
  "finding-signature_ambiguous": "The signature is written so that it can be read in two ways.",
  "finding-byte_range_ends_inside_a_revision": "The signature ends in the middle of a revision.",
  "finding-contents_too_large": "The signature is larger than is read.",
  "finding-cms_malformed": "The signature is malformed.",
  "finding-signed_attribute": "Something the signature must say is missing or there twice.",
  "finding-digest_mismatch": "The document is not the one that was signed.",
  "finding-signer_certificate_missing": "The signer’s certificate is not in the signature.",
  "finding-signer_certificate_malformed": "The signer’s certificate cannot be read.",
  "finding-signing_certificate_of_another":
    "The signature was made for another certificate than the one it carries.",
  "finding-signature_does_not_verify":
    "The signature does not verify with the key of its certificate.",
  "finding-sub_filter_not_supported": "This version cannot judge signatures of this kind.",
  "finding-algorithm_not_supported": "This version does not know the algorithm of the signature.",
  "finding-no_path_to_anchor": "No authority that is trusted here vouches for the issuer.",
  "finding-certificate_not_by_issuer": "A certificate was not signed by the issuer it names.",
  "finding-certificate_not_yet_valid": "A certificate is not valid yet.",
  "finding-certificate_expired": "A certificate has expired.",
  "finding-issuer_is_no_ca": "An issuer’s certificate does not let it issue certificates.",
  "finding-path_length_exceeded": "An authority stands below one that allows none below it.",
  "finding-critical_extension_not_supported":
    "A certificate makes a condition that this version does not know.",
  "finding-certificate_not_for_documents": "The signer’s certificate is not for signing documents.",
  "finding-path_search_given_up":
    "The certificates in the signature are too entangled to find a path through them.",
  "finding-revocation_not_checked":
    "Nothing at hand says whether the certificate was revoked, so that is not checked.",
  "finding-changed_after_signing": "The file was changed after this signature.",
  "finding-cross_references_damaged":
    "The file is damaged, and programs may differ in what they show of it.",
  "finding-later_signature_does_not_hold":
    "Somebody signed after this signature, and that one does not hold or cannot be checked here.",
  "finding-later_signature_over_another":
    "A signature that was added later lies over another field.",
  "finding-later_signature_over_text":
    "A signature that was added later lies over text: the versions of the file say on which page.",
  "finding-later_stranger_over_text":
    "Somebody for whom nobody vouches signed later, in a box over text: what is seen there now is nobody’s word.",
  "finding-later_signature_by_stranger":
    "Somebody for whom nobody vouches signed later and drew a box on the page: what it says is not this signer’s.",
  "finding-proof_added":
    "After this signature only proof for the long term was added; it changes nothing that is shown.",
  "finding-white_space_behind":
    "Behind this signature stands a little white space, which is no change.",
  "finding-changed_as_allowed":
    "After this signature came only what it allows; the versions of the file say what.",
  "finding-trusted_list_signature_not_verified":
    "The issuer is trusted because of a trusted list whose own signature is not verified: compare the file with its publisher’s.",
  "finding-certificate_revoked":
    "A certificate was revoked before the time that is proven for this signature.",
  "finding-certificate_revoked_later":
    "A certificate was revoked, but only after this signature was made.",
  "finding-revocation_too_old": "What says that a certificate is not revoked is too old.",
  "finding-revocation_not_known":
    "The authority’s own responder does not know a certificate on the path.",
  "finding-evidence_left_out":
    "Not all answers and revocation lists were looked at: some are too many, too large or cannot be read. One that matters may be among them.",
  "finding-timestamps_left_out":
    "The signature brings more timestamps than are looked at; some are left out.",
  "finding-algorithm_too_weak": "The signature uses an algorithm that is not good enough any more.",
  "finding-path_refused":
    "The certificates between the signer and a trusted authority do not fit together.",
  "finding-cms_not_der": "The signature is written in an older way, and was read all the same.",
  "finding-not_digested":
    "The document has so many signatures over most of it that this one was not judged.",
  "finding-level_not_proven":
    "Timestamps or proof for the long term are in the document, and not all of that proves something here.",
  "finding-timestamp_unreadable": "A timestamp beside the signature cannot be read.",
  "finding-timestamp_not_trusted":
    "A timestamp proves nothing, for nobody who is trusted here vouches for its authority.",
  "finding-timestamp_imprint": "A timestamp beside the signature is over something else.",
  "finding-timestamp_algorithm": "A timestamp uses an algorithm that this version does not know.",
  "finding-timestamp_attribute": "Something that a timestamp must say is missing or there twice.",
  "finding-timestamp_content": "A timestamp says something else than its authority signed.",
  "finding-timestamp_certificate_missing":
    "A timestamp does not carry the certificate of its authority.",
  "finding-timestamp_certificate_of_another":
    "A timestamp names another certificate than the one it carries.",
  "finding-timestamp_signature": "A timestamp does not verify with the key of its authority.",
  "finding-timestamp_purpose":
    "A timestamp was made with a certificate that is not for timestamps.",
  "finding-timestamp_purpose_not_critical":
    "A timestamp was made with a certificate that is not for timestamps alone.",
  "finding-timestamp_authority_not_valid":
    "The certificate of a timestamp’s authority was not valid then.",
} as const;
