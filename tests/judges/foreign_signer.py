"""Has pyHanko sign a page in every way it knows, with keys and an authority of the moment.

    foreign_signer.py PAGE.pdf OUT_DIR

OUT_DIR gets `ca.pem` and one PDF for each way, named for it.
"""

import datetime
import io
import logging
import pathlib
import sys

from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

logging.disable(logging.CRITICAL)

NOW = datetime.datetime.now(datetime.timezone.utc)
YEAR = datetime.timedelta(days=365)


class Authority:
    """A root, and whom it vouches for."""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root of the judges")])
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = self._builder(self.name, self.key.public_key(), 1)
        builder = builder.add_extension(x509.BasicConstraints(True, None), True)
        self.certificate = builder.add_extension(usage, True).sign(self.key, hashes.SHA256())

    def _builder(self, subject, public, serial):
        identifier = x509.SubjectKeyIdentifier.from_public_key
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public)
            .serial_number(serial)
            .not_valid_before(NOW - YEAR)
            .not_valid_after(NOW + 5 * YEAR)
            .add_extension(identifier(public), False)
        )

    def issue(self, name, key, serial, purpose=ExtendedKeyUsageOID.EMAIL_PROTECTION, critical=False):
        """A certificate for somebody's key, as asn1crypto has it."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = self._builder(subject, key.public_key(), serial)
        builder = builder.add_extension(x509.BasicConstraints(False, None), True)
        builder = builder.add_extension(usage, True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical)
        builder = builder.add_extension(authority, False)
        return loaded(builder.sign(self.key, hashes.SHA256()))

    def list(self):
        """A revocation list with nobody on it."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name)
        builder = builder.last_update(NOW - YEAR / 365).next_update(NOW + YEAR)
        builder = builder.add_extension(x509.CRLNumber(1), False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = builder.add_extension(authority, False)
        der = builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
        return asn1_crl.CertificateList.load(der)


def loaded(certificate):
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def private(key):
    der = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return asn1_keys.PrivateKeyInfo.load(der)


def main(page, out):
    out = pathlib.Path(out)
    page = pathlib.Path(page).read_bytes()
    authority = Authority()
    root = loaded(authority.certificate)
    pem = authority.certificate.public_bytes(serialization.Encoding.PEM)
    (out / "ca.pem").write_bytes(pem)
    registry = SimpleCertificateStore.from_certs([root])
    serials = iter(range(2, 100))

    def signer(name, key, **how):
        certificate = authority.issue(name, key, next(serials))
        return signers.SimpleSigner(
            signing_cert=certificate, signing_key=private(key), cert_registry=registry, **how
        )

    rsa_key = rsa.generate_private_key(65537, 2048)
    ada = signer("Ada (RSA)", rsa_key)
    stamp_key = rsa.generate_private_key(65537, 2048)
    purpose = ExtendedKeyUsageOID.TIME_STAMPING
    stamping = authority.issue("Stamps", stamp_key, next(serials), purpose, True)
    stamps = timestamps.DummyTimeStamper(
        tsa_cert=stamping, tsa_key=private(stamp_key), certs_to_embed=registry
    )
    context = ValidationContext(
        trust_roots=[root], crls=[authority.list()], allow_fetching=False, revocation_mode="hard-fail"
    )
    pades = {"subfilter": SigSeedSubFilter.PADES}
    adbe = {"subfilter": SigSeedSubFilter.ADOBE_PKCS7_DETACHED}

    def sign(who, name, *, source=page, spec=None, stamper=None, field="Signature", **metadata):
        writer = IncrementalPdfFileWriter(io.BytesIO(source))
        if writer.security_handler is not None:
            writer.encrypt(b"")
        metadata = {"md_algorithm": "sha256"} | metadata
        signed = signers.sign_pdf(
            writer,
            signers.PdfSignatureMetadata(field_name=field, **metadata),
            signer=who,
            timestamper=stamper,
            new_field_spec=spec or SigFieldSpec(field),
        ).getvalue()
        if name is not None:
            (out / f"{name}.pdf").write_bytes(signed)
        return signed

    keys = [
        ("rsa", ada, "sha256"),
        ("rsa-sha512", ada, "sha512"),
        ("pss", signer("Ada (PSS)", rsa_key, prefer_pss=True), "sha256"),
        ("p256", signer("Ada (P-256)", ec.generate_private_key(ec.SECP256R1())), "sha256"),
        ("p384", signer("Ada (P-384)", ec.generate_private_key(ec.SECP384R1())), "sha384"),
        ("p521", signer("Ada (P-521)", ec.generate_private_key(ec.SECP521R1())), "sha512"),
        ("ed25519", signer("Ada (Ed25519)", ed25519.Ed25519PrivateKey.generate()), "sha512"),
    ]
    for name, who, digest in keys:
        sign(who, f"pyhanko-pades-{name}", md_algorithm=digest, **pades)
        sign(who, f"pyhanko-adbe-{name}", md_algorithm=digest, **adbe)
    sign(ada, "pyhanko-adbe-sha1", md_algorithm="sha1", **adbe)
    for level, permission in [(1, MDPPerm.NO_CHANGES), (2, MDPPerm.FILL_FORMS), (3, MDPPerm.ANNOTATE)]:
        certifying = {"certify": True, "docmdp_permissions": permission}
        certified = sign(ada, f"pyhanko-certified-{level}", **certifying, **pades)
        if level > 1:
            sign(ada, f"pyhanko-certified-{level}-then-signed", source=certified, field="Second", **pades)
    once = sign(ada, None, **pades)
    sign(keys[3][1], "pyhanko-twice", source=once, field="Second", **pades)
    box = SigFieldSpec("Signature", box=(40, 40, 240, 100))
    seen = sign(ada, "pyhanko-shown", spec=box, **pades)
    sign(ada, "pyhanko-shown-twice", source=seen, spec=SigFieldSpec("Second", box=(300, 40, 500, 100)), field="Second", **pades)
    lock = fields.FieldMDPSpec(fields.FieldMDPAction.ALL)
    locked = SigFieldSpec("Signature", box=(40, 40, 240, 100), field_mdp_spec=lock, doc_mdp_update_value=MDPPerm.FILL_FORMS)
    sign(ada, "pyhanko-locking", spec=locked, **pades)
    sign(ada, "pyhanko-b-t", stamper=stamps, **pades)
    sign(ada, "pyhanko-adbe-with-timestamp", stamper=stamps, **adbe)
    lasting = {"embed_validation_info": True, "validation_context": context}
    sign(ada, "pyhanko-b-lt", stamper=stamps, **lasting, **pades)
    sign(ada, "pyhanko-b-lta", stamper=stamps, use_pades_lta=True, **lasting, **pades)
    sign(ada, "pyhanko-adbe-revocation-inside", **lasting, **adbe)
    encrypted = copy_into_new_writer(PdfFileReader(io.BytesIO(page)))
    encrypted.encrypt("owner", "")
    buffer = io.BytesIO()
    encrypted.write(buffer)
    sign(ada, "pyhanko-encrypted", source=buffer.getvalue(), **pades)
    streams = copy_into_new_writer(PdfFileReader(io.BytesIO(page)), writer_kwargs={"stream_xrefs": True})
    buffer = io.BytesIO()
    streams.write(buffer)
    sign(ada, "pyhanko-streams", source=buffer.getvalue(), **pades)

    def changed(name, change):
        writer = IncrementalPdfFileWriter(io.BytesIO(seen))
        change(writer)
        buffer = io.BytesIO()
        writer.write(buffer)
        (out / f"{name}.pdf").write_bytes(buffer.getvalue())

    def draw(writer):
        page_object = writer.root["/Pages"]["/Kids"][0]
        content = RawContent(b"0 0 300 300 re f")
        stream = generic.StreamObject(stream_data=content.render())
        writer.add_stream_to_page(0, writer.add_object(stream))
        return page_object

    def annotate(writer):
        note = generic.DictionaryObject({
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Text"),
            generic.pdf_name("/Contents"): generic.pdf_string("x"),
            generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (9, 9, 30, 30))),
        })
        writer.register_annotation(writer.root["/Pages"]["/Kids"].raw_get(0), writer.add_object(note))

    def describe(writer):
        writer.set_info(writer.add_object(generic.DictionaryObject({
            generic.pdf_name("/Title"): generic.pdf_string("Another"),
        })))

    changed("pyhanko-then-drawn-on", draw)
    changed("pyhanko-then-annotated", annotate)
    changed("pyhanko-then-described", describe)
    changed("pyhanko-then-touched", lambda writer: writer.update_root())


main(*sys.argv[1:])
