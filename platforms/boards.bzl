BOARDS = {n: {"cpu": "aarch64"} for n in ["acpi", "qemu"]} | {"x86_64": {"cpu": "x86_64"}}
