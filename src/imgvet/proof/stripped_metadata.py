"""What a stripped file may keep of its metadata: its orientation and a well-known colour profile.

The orientation block is a fixed string of bytes except for its number: a TIFF structure (TIFF 6.0, section 2) with the
one tag 0x0112 (CIPA DC-008, section 4.6.5). A colour profile must be, byte for byte, one of ``KNOWN_PROFILES``. Each
of these is the same for everybody: it came with an operating system, a program, a camera or a standard, and names no
owner, no single device and no day of its own.
"""

import hashlib
import zlib

from imgvet.proof.ledger import Ledger

MAX_PROFILE = 1 << 22  # bytes; the longest known ones are far below

_BEFORE = b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"
_BLOCKS = {_BEFORE + bytes([number]) + bytes(6): number for number in range(2, 9)}  # 1 is upright and is not written


def check_orientation(untrusted: bytes, offset: int, name: str, ledger: Ledger) -> None:
    """Record the orientation in an EXIF block at ``offset``; anything else in the block is a problem."""
    number = _BLOCKS.get(untrusted)
    if number is None:
        ledger.wrong(offset, name, "It is not the block that holds an orientation from 2 to 8 and nothing else.")
        return
    ledger.orientation = number


def check_icc_profile(untrusted: bytes, offset: int, name: str, ledger: Ledger) -> None:
    """Record the name of the colour profile at ``offset``; one whose SHA-256 is not known is a problem."""
    known = KNOWN_PROFILES.get(hashlib.sha256(untrusted).hexdigest())
    if known is None:
        ledger.wrong(offset, name, "Its colour profile is not one of the well-known ones.")
        return
    ledger.colour_profile = known


def check_deflated_icc_profile(untrusted: bytes, offset: int, name: str, ledger: Ledger) -> None:
    """Record the name of a colour profile in one zlib stream, which must use all its bytes and waste none."""
    stream = zlib.decompressobj()
    try:
        profile = stream.decompress(untrusted, MAX_PROFILE)
    except zlib.error:
        ledger.wrong(offset, name, "It cannot be inflated.")
        return
    # A stream could have empty blocks; an encoder writes none, and compresses at least as well as at its fastest level.
    room = len(zlib.compress(profile, 1)) + 64
    if not stream.eof or stream.unused_data or len(untrusted) > room:
        ledger.wrong(offset, name, "Its compressed data does not end where it ends, or is longer than it need be.")
        return
    check_icc_profile(profile, offset, name, ledger)


KNOWN_PROFILES: dict[str, str] = {
    "2b3aa1645779a9e634744faf9b01e9102b0c9b88fd6deced7934df86b949af7e": "sRGB IEC61966-2.1, HP 1998",
    "3f6d674174f3804eb0dabdac90ae17486e898c5063a66f861c116ea033da8301": "sRGB IEC61966-2.1, HP 1998, other intent",
    "2e2fd04e0c28295bdd854a04a640a2c95b9950e73d25b48d157f7e27fb6e8c6b": "sRGB, Google 2023 (Android)",
    "33c34ecfeb998459e0075ba26a0f1ea5042e20e2419c5962e495eba3208576f2": "sRGB, Google 2016 (Android)",
    "aabc5df3dbfdd77be604fb5706c1ffed698e24ebb59d255f34485ea51b9a6f51": "sRGB, Google 2016 (Skia)",
    "12afb4d9953adee0607d347daee5b78b18d6b3cab2d572b88970703f5edb37bc": "sRGB, Google 2016 (Skia, later edition)",
    "59282c6a63eacd72673e3bb9356412b7cbb71944436b7780a1b845bd777e4c72": "c2, a small sRGB (Instagram)",
    "61bb24bd075ae1179b562cb484a2737fa63bcf35133a951843db1f1f7c97ce7f": "c2, a small sRGB (Facebook)",
    "c4c1153168e817be61a676e403c370ce2c485a6bd54fbb59c3850845cfefad00": "sRGB black scaled, Color Consortium 2009",
    "eddaf344b5edea13269e0d20055f335610e5e0b6e33e6e536f2701bc18c5f7d5": "sRGB, Artifex 2011 (Ghostscript)",
    "7e1c7ec53e8ea35fed3e169dee62115ac045f26c7bc256fab16a5c26c29eacbd": "Display P3, Apple 2015",
    "ae333404b2162270c292a4ed6aab27a89d87dc38fb84ac4dbf20017fcf4f5404": "Display P3, Apple 2015, other intent",
    "7e276ad200bde98b7a1da9b21bae55213d3f49f54cbe4e43543d8c897348352c": "Display P3, Apple 2017",
    "20789fdbea9835251a4f0796c8bf45cbd964896044886540da21ffc7457af0ab": "Display P3, Apple 2022",
    "e5f6ffb83b6d3491301dd750975684cc5cc2a1951c994a14b08cfdaa0d75a041": "Adobe RGB (1998), Adobe 1999",
    "6d2313da0eaf826ac211bf895511edd9f141209204c406d5aee7dbaf58931b19": "Adobe RGB (1998), Adobe 1999, other flag",
    "07c1e0738ba6068b961ab698e24d5d9c06f71d4ee1d863aed239a24dd1fb8896": "Adobe RGB (1998), Adobe 1999, other intent",
    "304f569a83c1e5eddaddac54e99ed03339333db013738bb499ab64f049887e28": "Adobe RGB (1998), Adobe 2000",
    "c0995b8b196223f1c029c013b04d0ee11bce3d3dd8a23f814cac73e50ac0719a": "Like Adobe RGB (1998), Artifex 2018",
    "2b8daf8cabe783b17f801e6687f57016b53c775a826269e21c51313083c9fefc": "opRGB, as cameras write it",
    "0a8ef7d1d958d98225b3b71d93d9e8e3cecd9c302e014973d025d2a977ecf27c": "ProPhoto RGB, Kodak 1999",
    "52f5eade48da10b9ddfe132e6f30ac111b8764acb1228b7a8c5a4033cc6ff072": "ROMM RGB, Artifex 2019 (Ghostscript)",
    "c65aa46e6499e788132cd2b9d0ce936e8903e32903e5c25a1aaef7230dff71e2": "Apple RGB, Adobe 1999",
    "7800acdfb7999da8aca267079ce46b7f093b4c4c9bc7f42404cb7f4bac16d16f": "ColorMatch RGB, Apple 2020",
    "283e482d9b10db98fb7df2f6ef4bdf4ddf8de5a07d2c7530cc361ec4b29ed39a": "Generic RGB, Apple 2007",
    "49429d4dd70f439f6fa47a298e5ffbd280375d2cbd18708b1e05a34aafe5d219": "Generic RGB, Apple 2007, earlier edition",
    "362761d7c9d7b3ae4323d03cb80993b4eb56b70a6bbdc463fa2f42556b8653b6": "eciRGB v2, European Color Initiative 2007",
    "f00165cf61267ef64b76f904de99a1bb4c5d1d46be70d704f0d5a6ed60728606": "Gray Gamma 2.2, Adobe 1999",
    "36e45d8233e46507c30d93d594d3a1310cc9438cd5bb2b86ffea8a52e5dd9d18": "Dot Gain 20%, Adobe 1999",
    "cc8c66eabc9fa13b93bcabd6398e1c2bbdcc52292b61688a0473be00ae16abdd": "Dot Gain 15%, Adobe 1999",
    "d3aaaa8ad45ec8a0108fd393a07488073ee24561fd5ed2d1f88c59771278cabd": "sGray, Artifex 2018 (Ghostscript)",
    "0976fe7bc0f118a47c89747cb707c6f76044b48baf670dad811d0514bc2c4214": "sGray, Artifex 2011 (Ghostscript)",
    "7701ee32b82f2ac5561c4ecd6ef0817ce4b2b70936c794f598cddfa366720871": "sRGB, imgvet",
    "367a9f2d258f93c4d0707dec31bceddd43c217d5c27400086e0dd7fba7966149": "Display P3, imgvet",
    "4df08a38ba164e01c793ac0b152af021c957153ed0466e34d22d0749aec8f168": "Adobe RGB (1998) compatible, imgvet",
    "6b435b70d2ad05262a110709b08c88079822768e971f1802f83336de63fe778e": "ProPhoto RGB, imgvet",
    "3cc14608fd0f9cc6c20c2044b2e0e5b6938989732a7194b9babe7ef5c908f0e7": "sRGB grey, imgvet",
    "a7c05828fdc60d035eb6acb12625e521ddc09929308711f9148dcc6f945e5f62": "grey gamma 2.2, imgvet",
}
"""SHA-256 in hexadecimal to the profile's name."""
