#!/usr/bin/env python3
"""Sverka from a bare checkout: makes .venv, installs the locked packages, and runs.

    python3 run.py demo          the whole of Sverka on a made-up school
    python3 run.py test          the tests
    python3 run.py ANY COMMAND   the same as `sverka ANY COMMAND`

Standard library only, and in words an old Python understands, so that it can say that it is old.
"""

import hashlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")


def stop(sentence):
    sys.stderr.write(sentence + "\n")
    sys.exit(78)


def check_python():
    if sys.version_info < (3, 11):
        stop(
            "Нужен Python 3.11 или новее, а это %d.%d. Установите новый Python и повторите. "
            "(Python 3.11 or newer is needed.)" % sys.version_info[:2]
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop(
            "В этом Python нет модулей venv и ensurepip. В Debian и Ubuntu: apt install python3-venv. "
            "(The modules venv and ensurepip are missing.)"
        )


def fingerprint(lock):
    digest = hashlib.sha256(sys.version.encode())
    for name in (lock, "pyproject.toml"):
        with open(os.path.join(HERE, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def stamp_path(lock):
    return os.path.join(VENV, "." + lock + ".sha256")


def installed(lock):
    """Is this lock already installed? The development lock holds everything the other one does."""
    for name in {lock, "requirements-dev.lock"}:
        try:
            with open(stamp_path(name)) as file:
                if file.read() == fingerprint(name) and os.path.exists(PYTHON):
                    return True
        except OSError:
            continue
    return False


def install(lock):
    import venv

    sys.stderr.write("Готовлю окружение .venv (только в первый раз, несколько минут)…\n")
    if not os.path.exists(PYTHON):
        venv.create(VENV, clear=os.path.exists(VENV), with_pip=True)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    for arguments in (["--require-hashes", "-r", lock], ["--no-deps", "--no-build-isolation", "-e", "."]):
        if subprocess.call(pip + arguments, cwd=HERE) != 0:
            stop(
                "Не удалось установить пакеты из %s. Проверьте, что пакеты Python доступны с этой машины, "
                "и запустите ту же команду ещё раз: сделанное не пропадёт." % lock
            )
    with open(stamp_path(lock), "w") as file:
        file.write(fingerprint(lock))


def main(arguments):
    check_python()
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stdout.write(__doc__)
        return 0
    testing = arguments[0] == "test"
    lock = "requirements-dev.lock" if testing else "requirements.lock"
    if not installed(lock):
        install(lock)
    if testing:
        command = [PYTHON, "-m", "pytest", "-n", "auto", "--dist", "loadscope"] + arguments[1:]
    else:
        command = [PYTHON, "-m", "gateway.cli.main"] + arguments
    folder = HERE if testing else os.getcwd()
    return subprocess.call(command, cwd=folder)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
