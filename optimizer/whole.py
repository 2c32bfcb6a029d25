"""Files and folders that are whole or absent, whatever ends their writing: an error, a full disk, Ctrl-C, `kill -9`, loss of power."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import io
import os
import shutil
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MARK = ".qipan-"
"""Between the name and the eight random letters of a hidden folder."""
OLD = "replaced"
"""Where what stood before is while it is replaced, in the folder beside it."""
WHY = {
    errno.ENOSPC: ("the disk is full", "磁盘已满"),
    errno.EDQUOT: ("the disk quota is used up", "磁盘配额已用完"),
    errno.EFBIG: ("the file would be larger than is allowed here", "文件超过允许的大小"),
    errno.EROFS: ("the file system is read-only", "文件系统只读"),
    errno.EACCES: ("no permission to write there", "没有写入权限"),
    errno.EPERM: ("no permission to write there", "没有写入权限"),
    errno.ENOTDIR: ("part of the path is a file", "路径中有一段是文件"),
    errno.EEXIST: ("part of the path is a file", "路径中有一段是文件"),
}


class WriteError(OSError):
    """Something could not be written; what stood there before is as it was."""


@contextlib.contextmanager
def written(path: Path, force: bool = False) -> Iterator[Path]:
    """Where to write what is to stand at `path`, a file or a folder.

    It is a name in a hidden folder beside `path`. When the block ends well, what is there goes to the disk and is renamed; when it does not, nothing
    is left. With `force` it replaces what stands at `path`: a file in one step; a folder is moved into the hidden folder first, from where
    `recover` takes it back if the process is killed between the two steps. Raises WriteError.
    """
    with failing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        recover(path)
        _free(path, force)
        beside = Path(tempfile.mkdtemp(prefix=f".{path.name}{MARK}", dir=path.parent))
    held = _hold(beside)
    fresh, old = beside / path.name, beside / OLD
    try:
        with failing(path, beside):
            yield fresh
            _to_disk(beside)
            _free(path, force)
            if path.is_dir():
                path.rename(old)
            fresh.replace(path)
            _sync(path.parent)
    finally:
        if old.exists() and not path.exists():
            old.rename(path)
        shutil.rmtree(beside, ignore_errors=True)
        if held is not None:
            os.close(held)


def recover(path: Path) -> None:
    """Clears away what killed writes of `path` left beside it; a folder that one of them had moved aside goes back to its place."""
    if not path.parent.is_dir():
        return
    for beside in path.parent.glob(f".{_literal(path.name)}{MARK}{'?' * 8}/"):
        held = _hold(beside)
        if held is None:
            continue
        with contextlib.suppress(OSError):
            if (beside / OLD).exists() and not path.exists():
                (beside / OLD).rename(path)
            shutil.rmtree(beside, ignore_errors=True)
        os.close(held)


@contextlib.contextmanager
def workbook(path: Path) -> Iterator[Any]:
    """A new workbook in which no text is run as a formula or a link. It is written when the block ends well; its parts lie beside it until then, not
    in the folder of the system for temporary files. Raises OSError."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, plain | {"tmpdir": str(path.parent)})
    yield book
    try:
        book.close()
    except FileCreateError as error:
        cause: OSError = error.args[0]
        traceback.clear_frames(cause.__traceback__)  # in which the zip file is: it ends while `made` is there
        raise cause.with_traceback(None) from None
    path.write_bytes(made.getvalue())


@contextlib.contextmanager
def failing(path: Path, beside: Path | None = None) -> Iterator[None]:
    """What goes wrong with the disk becomes a WriteError in words, with the size of what was written `beside` until then."""
    try:
        yield
    except OSError as error:
        if isinstance(error, WriteError):  # of a part: said of the whole
            if not isinstance(error.__cause__, OSError):
                raise
            error = error.__cause__
        en, zh = why(error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT) and beside is not None:
            size = sum(f.stat().st_blocks * 512 for f in beside.rglob("*") if f.is_file()) + shutil.disk_usage(beside).free
            en, zh = f"{en}, more than {size / 1e6:,.1f} MB are needed", f"{zh}，至少需要 {size / 1e6:,.1f} MB"
        raise WriteError(f"{path} cannot be written: {en}; nothing was changed / 无法写入 {path}：{zh}，未作任何改动") from error


def why(error: OSError) -> tuple[str, str]:
    """What is wrong with the disk, in words."""
    return WHY.get(error.errno or 0, (error.strerror or str(error),) * 2)


def _hold(folder: Path) -> int | None:
    """A lock on a folder, which ends with the process; None if another one has it."""
    try:
        held = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        return None
    return held


def _to_disk(folder: Path) -> None:
    for place, _, files in os.walk(folder):
        for name in files:
            _sync(Path(place) / name)
        _sync(Path(place))


def _sync(path: Path) -> None:
    at = os.open(path, os.O_RDONLY)
    try:
        os.fsync(at)
    finally:
        os.close(at)


def _free(path: Path, force: bool) -> None:
    if path.exists() and not force:
        raise WriteError(f"{path} exists: choose another name / {path} 已存在，请换一个名称")


def _literal(name: str) -> str:
    """A name in which no letter is a pattern."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
