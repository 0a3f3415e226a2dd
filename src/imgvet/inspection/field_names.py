"""The group of a field by its standard name, and the names of fields.

Names and numbers: EXIF 3.0 (CIPA DC-008), TIFF/EP (ISO 12234-2), DNG 1.7, IPTC-IIM 4.2, Adobe's TIFF technical notes.
"""

import re

# TIFF and EXIF tags of people, devices, places or times, and those that exifread has no name for.
TAG_NAMES = {
    0x014A: "SubIFDs", 0x02BC: "XMP", 0x0320: "ImageTitle", 0x4749: "RatingPercent", 0x7032: "VignettingCorrParams",
    0x830E: "ModelPixelScale", 0x8480: "IntergraphMatrix", 0x85D8: "ModelTransform", 0x87AF: "GeoKeyDirectory",
    0x87B0: "GeoDoubleParams", 0x87B1: "GeoAsciiParams", 0x83BB: "IPTC", 0x8649: "PhotoshopSettings",
    0x8773: "ICCProfile", 0x9211: "ImageNumber", 0x9212: "SecurityClassification", 0x9213: "ImageHistory",
    0x927C: "MakerNote", 0x9286: "UserComment", 0x935C: "ImageSourceData", 0x9400: "AmbientTemperature",
    0x9401: "Humidity", 0x9402: "Pressure", 0x9403: "WaterDepth", 0x9404: "Acceleration",
    0x9405: "CameraElevationAngle", 0x9C9B: "XPTitle", 0x9C9C: "XPComment", 0x9C9D: "XPAuthor", 0x9C9E: "XPKeywords",
    0x9C9F: "XPSubject", 0xA004: "RelatedSoundFile", 0xA211: "ImageNumber", 0xA212: "SecurityClassification",
    0xA213: "ImageHistory", 0xA420: "ImageUniqueID", 0xA430: "OwnerName", 0xA431: "BodySerialNumber",
    0xA432: "LensSpecification", 0xA433: "LensMake", 0xA434: "LensModel", 0xA435: "LensSerialNumber",
    0xA436: "ImageTitle", 0xA437: "Photographer", 0xA438: "ImageEditor", 0xA439: "CameraFirmware",
    0xA43A: "RAWDevelopingSoftware", 0xA43B: "ImageEditingSoftware", 0xA43C: "MetadataEditingSoftware",
    0xA460: "CompositeImage", 0xA461: "CompositeImageCount", 0xA462: "CompositeImageExposureTimes",
    0xA480: "GDALMetadata", 0xC4A5: "PrintIM", 0xC62F: "CameraSerialNumber", 0xC65D: "RawDataUniqueID",
    0xC68B: "OriginalRawFileName", 0xC71B: "PreviewDateTime", 0xC789: "ReelName", 0xC7A1: "CameraLabel",
    0xEA1C: "Padding", 0xFDE8: "OwnerName", 0xFDE9: "SerialNumber",
}  # fmt: skip
GPS_NAMES = {0x001D: "GPSDateStamp", 0x001F: "GPSHPositioningError"}

# The first pattern that is found in a name decides. Written for EXIF, maker notes, PNG keywords and MP4 keys alike.
_BY_NAME = tuple(
    (group, re.compile(pattern, re.IGNORECASE))
    for group, pattern in (
        ("classification", r"security.?classification"),
        ("other", r"^GPSVersionID$|timer|stampmode|exposure.?time|shutter|(subject|focus).?location"),
        ("gps", r"^gps|latitude|longitude|location(?!.?id)|geotag|^geo|^model(pixelscale|transform|tiepoint)"),
        ("gps", r"sub-?location|^city|^state$|country|province|landmark|hometown|timezonecity|destination(city)?$"),
        ("time", r"date|time(?!lapse|r)(?!s$)|^year$|when$"),
        ("owner", r"artist|author|owner|copyright|creator(?!.?tool)|photographer|editor$|by-?line|credit|contact"),
        ("people", r"^person|face.?(name|info)|recognized|baby|people|modelage"),
        ("device", r"serial|^make$|^model$|software|firmware|hostcomputer|^lens|camera.?(id|label|type|model)|device"),
        (
            "device",
            r"unique.?id|contentidentifier|photoidentifier|burstuuid|mediagroupuuid|internalid|^source$|printer",
        ),
        ("device", r"unique.?camera|^image.?id$|body.?number"),
        ("pictures", r"thumbnail(?!imagevalid)|preview|soundfile|imagesourcedata|^audio|motionphoto|^jpegimage"),
        (
            "history",
            r"history|originalrawfilename|reelname|filepath|path.?name|^parameters$|^prompt$|^workflow$|^dream",
        ),
        (
            "text",
            r"comment|description|title|keyword|subject$|caption|documentname|pagename|headline|label|(?<!speed)rating",
        ),
        ("colour", r"iccprofile|intercolorprofile"),
    )
)


def group_of(name: str, otherwise: str = "other") -> str:
    """The group of a field of that name; ``otherwise`` if the name is not known."""
    return next((group for group, pattern in _BY_NAME if pattern.search(name)), otherwise)


# IPTC-IIM datasets as (record, dataset): name and group.
IIM_NAMES = {
    (1, 0): ("EnvelopeRecordVersion", "other"), (1, 5): ("Destination", "text"),
    (1, 30): ("ServiceIdentifier", "text"), (1, 50): ("ProductID", "text"), (1, 70): ("DateSent", "time"),
    (1, 80): ("TimeSent", "time"), (1, 90): ("CodedCharacterSet", "other"), (1, 100): ("UniqueObjectName", "text"),
    (2, 0): ("ApplicationRecordVersion", "other"), (2, 3): ("ObjectTypeReference", "text"),
    (2, 4): ("ObjectAttributeReference", "text"), (2, 5): ("ObjectName", "text"), (2, 7): ("EditStatus", "text"),
    (2, 10): ("Urgency", "text"), (2, 12): ("SubjectReference", "text"), (2, 15): ("Category", "text"),
    (2, 20): ("SupplementalCategories", "text"), (2, 22): ("FixtureIdentifier", "text"),
    (2, 25): ("Keywords", "text"), (2, 26): ("ContentLocationCode", "gps"), (2, 27): ("ContentLocationName", "gps"),
    (2, 30): ("ReleaseDate", "time"), (2, 35): ("ReleaseTime", "time"), (2, 37): ("ExpirationDate", "time"),
    (2, 38): ("ExpirationTime", "time"), (2, 40): ("SpecialInstructions", "text"), (2, 47): ("ReferenceDate", "time"),
    (2, 55): ("DateCreated", "time"), (2, 60): ("TimeCreated", "time"), (2, 62): ("DigitalCreationDate", "time"),
    (2, 63): ("DigitalCreationTime", "time"), (2, 65): ("OriginatingProgram", "history"),
    (2, 70): ("ProgramVersion", "history"), (2, 80): ("By-line", "owner"), (2, 85): ("By-lineTitle", "owner"),
    (2, 90): ("City", "gps"), (2, 92): ("Sub-location", "gps"), (2, 95): ("Province-State", "gps"),
    (2, 100): ("Country-PrimaryLocationCode", "gps"), (2, 101): ("Country-PrimaryLocationName", "gps"),
    (2, 103): ("OriginalTransmissionReference", "text"), (2, 105): ("Headline", "text"),
    (2, 110): ("Credit", "owner"), (2, 115): ("Source", "owner"), (2, 116): ("CopyrightNotice", "owner"),
    (2, 118): ("Contact", "owner"), (2, 120): ("Caption-Abstract", "text"), (2, 122): ("Writer-Editor", "owner"),
    (2, 125): ("RasterizedCaption", "pictures"), (2, 130): ("ImageType", "other"),
    (2, 131): ("ImageOrientation", "other"), (2, 135): ("LanguageIdentifier", "text"),
    (2, 150): ("AudioType", "pictures"), (2, 200): ("ObjectPreviewFileFormat", "pictures"),
    (2, 201): ("ObjectPreviewFileVersion", "pictures"), (2, 202): ("ObjectPreviewData", "pictures"),
}  # fmt: skip

# Photoshop image resources: name and group (Adobe Photoshop File Formats Specification).
RESOURCE_NAMES = {
    0x03ED: ("ResolutionInfo", "other"), 0x03F0: ("Caption", "text"), 0x0409: ("ThumbnailImage", "pictures"),
    0x040A: ("CopyrightFlag", "owner"), 0x040B: ("URL", "owner"), 0x040C: ("ThumbnailImage", "pictures"),
    0x0414: ("DocumentSpecificIDs", "history"), 0x041A: ("Slices", "history"), 0x041E: ("URLList", "text"),
    0x0421: ("VersionInfo", "history"), 0x0425: ("IPTCDigest", "other"), 0x043D: ("WindowsDEVMODE", "device"),
    0x043E: ("AutoSaveFilePath", "history"), 0x043F: ("AutoSaveFormat", "history"),
    0x1F40: ("LightroomWorkflow", "history"),
}  # fmt: skip
# Resources that have a reader of their own.
RESOURCE_PARTS = {
    0x0404: ("iptc", "IPTC"),
    0x040F: ("icc", "ICC profile"),
    0x0422: ("exif", "EXIF"),
    0x0423: ("exif", "EXIF"),
    0x0424: ("xmp", "XMP"),
}
