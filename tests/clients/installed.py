"""Where the clients' programs are: in a cache folder, each brought there once."""
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


class NotInstalled(Exception):
    """Says why."""


def install(client, folder):
    """The client's program and its version. Made anew where anything in `folder` has changed."""
    home = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    cache = home / "rill" / "clients"
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / f"{client}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return install_locked(client, HERE / folder, cache / client)


def install_locked(client, folder, target):
    stamp = target / "stamp"
    digest = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        with open(target / "install.log", "w") as log:
            status = subprocess.call(["bash", folder / "install.sh", client, target], stdout=log,
                                     stderr=subprocess.STDOUT)
        if status != 0:
            raise NotInstalled(f"{(target / 'install.log').read_text()}\n"
                               f"{client} could not be installed; what was printed is above")
        stamp.write_text(digest.hexdigest())
    return str(target / "client"), (target / "version").read_text().strip()
