"""The CA that issues cards in tests: a root, an issuing CA below it, certificates for given keys.

card_issuer.py FOLDER SPKI.der OUT.pem NAME USAGE DAYS
    DAYS below zero make a certificate whose validity is over. Root and issuing CA are made in FOLDER
    at first use: root.pem, issuing.pem and their keys.
"""

import datetime
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5)


def name(common):
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Cards of this test")
    return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def usage(*named):
    bits = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{bit: bit in named for bit in bits})


def certificate(subject, public, issuer, issuer_key, start, end, ca, used):
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(usage(*used), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(authority, critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def write(path, signed):
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def issuing_key(folder):
    path = folder / "issuing.key"
    if path.exists():
        return serialization.load_pem_private_key(path.read_bytes(), None)
    root, issuing = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ends, uses = NOW + 3650 * DAY, ("key_cert_sign", "crl_sign")
    start = NOW - 3650 * DAY
    public = root.public_key()
    write(folder / "root.pem", certificate("Root", public, "Root", root, start, ends, True, uses))
    public = issuing.public_key()
    signed = certificate("Issuing CA", public, "Root", root, start, ends, True, uses)
    write(folder / "issuing.pem", signed)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(issuing.private_bytes(encoding, form, serialization.NoEncryption()))
    return issuing


def main():
    folder, spki, out, subject, used, days = sys.argv[1:]
    key = issuing_key(pathlib.Path(folder))
    public = serialization.load_der_public_key(pathlib.Path(spki).read_bytes())
    days = int(days)
    start, end = (NOW, NOW + days * DAY) if days > 0 else (NOW + 2 * days * DAY, NOW + days * DAY)
    used = used.split(",") if used else []
    signed = certificate(subject, public, "Issuing CA", key, start, end, False, used)
    write(pathlib.Path(out), signed)


main()
