"""What happens to one photo, in order. Read this file first.

A stage is a plain function ``(Work, Kit) -> Work``; they are in ``imgvet.stages``, in the same order. ``Work`` holds
pixels and never leaves the worker process; the frozen ``Photo`` record is what crosses processes.
"""

from collections.abc import Callable, Mapping

from imgvet import stages
from imgvet.errors import ModelError, PhotoError, ShownFace
from imgvet.fault_report import fault_place
from imgvet.photo_jobs import REPORT_HINT, PhotoJob, VettedPhoto, blank_photo, failed_photo
from imgvet.stages import Kit, Work
from imgvet.storage_errors import storage_words

Stage = Callable[[Work, Kit], Work]

STAGES: tuple[Stage, ...] = (
    stages.read_file,  # its bytes, format and limits
    stages.inspect_metadata,  # which kinds of private data it carries
    stages.decode,  # upright pixels in sRGB; the file's bytes are freed
    stages.hash_pixels,  # what distinguishes the picture from others
    stages.detect_faces,
    stages.measure_sharpness,  # of the faces where there are some
    stages.read_text,  # and codes, as they will be published
    stages.find_forms,  # our own, signed and photographed
    stages.add_known_faces,  # those that people recorded, and areas
    stages.answer_faces,  # what people decided about each, and about areas
    stages.keep_redacted_regions,  # for the comparison at the end
    stages.redact_faces,  # and areas, before anything is derived from the pixels
    stages.take_previews,  # for the office
    stages.resize,  # to what the channel takes
    stages.describe,  # the public metadata
    stages.add_watermarks,
    stages.apply_rules,  # now that everything about the photo is known
    stages.encode,
    stages.write_and_prove,
)

COPY_STAGES: tuple[Stage, ...] = (  # a further copy of a photo that was vetted before: its clean file has all it needs
    stages.read_clean_file,  # whose bytes must be those that were proven
    stages.describe,
    stages.encode,
    stages.write_and_prove,
)


def vet_one(kit: Kit, job: PhotoJob, larger: Mapping[str, int] | None = None) -> VettedPhoto:
    """Run every stage on one photo. A bad photo is a value, never an exception.

    Where something that is hidden can still be made out in the finished file, the photo is made again with that covered
    larger, in the end in one colour: ``larger`` says how many times, by label.

    Raises:
        ModelError: a model gave no usable answer, so no photo may be vetted.
    """
    work = Work(job, blank_photo(job), larger=larger or {})
    try:
        for stage in COPY_STAGES if job.clean else STAGES:
            work = stage(work, kit)
    except ModelError:
        raise
    except ShownFace as problem:
        again = stages.covered_again(work, problem.places)
        return _given_up(work, problem.reason, problem.hint) if again is None else vet_one(kit, job, again)
    except PhotoError as problem:
        return _given_up(work, problem.reason, problem.hint)
    except MemoryError:
        return _given_up(work, "It needs more memory than one photo may take.", "Raise limits.memory_mib.")
    except OSError as problem:
        return _given_up(work, *storage_words(problem, called="its clean file"))
    except Exception as problem:  # noqa: BLE001 - the border: an unforeseen error fails this photo, not the batch
        return _given_up(work, f"imgvet could not finish it ({fault_place(problem)}).", REPORT_HINT)
    inspection = work.inspection if job.details else None
    return VettedPhoto(work.photo, work.pictures, inspection, work.numbered)


def _given_up(work: Work, reason: str, hint: str) -> VettedPhoto:
    return VettedPhoto(failed_photo(work.photo, reason, hint), None, work.inspection if work.job.details else None)
