# SPDX-License-Identifier: GPL-2.0-only
"""What a release says about itself. <sha256 NAME> stands for the sum of a file, see fill.c.

Nothing here depends on a clock, a path, a user or a version-control system: equal bytes have equal documents.
"""

load("@llvm//:packages.bzl", "PACKAGES")

_BAZEL = "7.7.1"

# SPDX wants a time of creation; a reproducible document has none.
_NO_TIME = "1970-01-01T00:00:00Z"

def _purl(package):
    version = package.version.replace("+", "%2B").replace(":", "%3A")
    return "pkg:deb/debian/%s@%s?arch=%s" % (package.name, version, package.arch)

def sums(names):
    """A file for `sha256sum -c`."""
    return "".join(["<sha256 %s>  %s\n" % (name, name) for name in names])

def _spdx_package(id, name, license, **kwargs):
    return {
        "SPDXID": id,
        "copyrightText": "NOASSERTION",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": license,
        "licenseDeclared": license,
        "name": name,
    } | kwargs

def _spdx_checksum(value):
    return [{"algorithm": "SHA256", "checksumValue": value}]

def _spdx_relation(one, relation, other):
    return {"relatedSpdxElement": other, "relationshipType": relation, "spdxElementId": one}

def spdx(names):
    """An SPDX 2.3 bill of materials: the files of the release and the packages that made them."""
    product = "SPDXRef-nova"
    files = {"SPDXRef-file-%d" % i: name for i, name in enumerate(names)}
    tools = {"SPDXRef-tool-%d" % i: package for i, package in enumerate(PACKAGES)}
    document = {
        "SPDXID": "SPDXRef-DOCUMENT",
        "creationInfo": {"created": _NO_TIME, "creators": ["Tool: release/documents.bzl"]},
        "dataLicense": "CC0-1.0",
        "documentNamespace": "https://spdx.org/spdxdocs/nova-<sha256 SHA256SUMS>",
        "name": "nova",
        "packages": [_spdx_package(product, "nova", "GPL-2.0-only")] + [
            _spdx_package(id, name, "GPL-2.0-only", checksums = _spdx_checksum("<sha256 %s>" % name))
            for id, name in files.items()
        ] + [
            _spdx_package(
                id,
                package.name,
                "NOASSERTION",
                checksums = _spdx_checksum(package.sha256),
                externalRefs = [{
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceLocator": _purl(package),
                    "referenceType": "purl",
                }],
                versionInfo = package.version,
            )
            for id, package in tools.items()
        ],
        "relationships": [_spdx_relation("SPDXRef-DOCUMENT", "DESCRIBES", product)] +
                         [_spdx_relation(product, "CONTAINS", id) for id in files] +
                         [_spdx_relation(id, "BUILD_TOOL_OF", product) for id in tools],
        "spdxVersion": "SPDX-2.3",
    }
    return json.encode_indent(document, indent = " ") + "\n"

def provenance(names):
    """An in-toto statement with an SLSA 1.0 predicate: what was built, how, and from which packages."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://bazel.build/",
                "externalParameters": {"command": "./bazelw build //release"},
                "resolvedDependencies": [
                    {"digest": {"sha256": package.sha256}, "uri": _purl(package)}
                    for package in PACKAGES
                ],
            },
            "runDetails": {"builder": {"id": "https://bazel.build/", "version": {"bazel": _BAZEL}}},
        },
        "predicateType": "https://slsa.dev/provenance/v1",
        "subject": [{"digest": {"sha256": "<sha256 %s>" % name}, "name": name} for name in names],
    }
    return json.encode_indent(statement, indent = " ") + "\n"
