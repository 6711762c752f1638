# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab is built of, and how: programs from Go modules, manifests from the sources of the same modules."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
import typing as t
from pathlib import Path

import yaml

from tests.cluster.gomodule import GoModule
from tests.cluster.places import HERE

KUBEVIRT_VERSIONS = ("1.4", "1.8")

KUBEVIRT = "kubevirt.io/kubevirt"
KUBEVIRT_PROGRAMS = tuple(
    f"{KUBEVIRT}/cmd/{name}" for name in ("virt-api", "virt-controller", "virt-operator", "virtctl")
)
KUBEVIRT_GENERATOR = f"{KUBEVIRT}/tools/manifest-templator"

CDI = "kubevirt.io/containerized-data-importer"
CDI_PROGRAMS = tuple(f"{CDI}/cmd/{name}" for name in ("cdi-apiserver", "cdi-controller", "cdi-operator"))
CDI_GENERATOR = f"{CDI}/tools/manifest-generator"

MULTUS_CLIENT = "github.com/k8snetworkplumbingwg/network-attachment-definition-client"

# The prefix of image names in the manifests; nothing is ever pulled.
REGISTRY = "registry.example/kubevirt"

SNAPSHOT_KINDS = ("volumesnapshotclasses", "volumesnapshotcontents", "volumesnapshots")

# Keeps CDI on one node, so that tests may cut the others off.
CDI_NODE = {"node-role.kubernetes.io/control-plane": ""}


@dataclasses.dataclass(frozen=True)
class Part:
    """Built as a whole, into a directory of its own."""

    name: str
    packages: tuple[str, ...]
    """The programs, as Go packages."""
    generator: str
    """The Go package of the program that writes the manifests; empty where they are plain files."""
    build: t.Callable[[GoModule, Path], None]

    @property
    def source(self) -> Path:
        """The module: go.mod, go.sum and what there is of own Go."""
        return HERE / "programs" / self.name

    @property
    def everything(self) -> list[str]:
        """All packages that have to be compiled."""
        return [*self.packages, *([self.generator] if self.generator else [])]


def _kube(module: GoModule, output: Path) -> None:
    version = module.version("k8s.io/kubernetes")
    major, minor, _patch = version.removeprefix("v").split(".")
    stamps = {"gitVersion": version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    module.build(["."], output / "kube", stamped("k8s.io/component-base/version", stamps))
    (output / "kubectl").symlink_to("kube")
    definitions = module.source_of("k8s.io/kubernetes") / "cluster/addons/volumesnapshots/crd"
    for kind in SNAPSHOT_KINDS:
        copy(definitions / f"snapshot.storage.k8s.io_{kind}.yaml", output / f"manifests/{kind}.yaml")


def _kubevirt(module: GoModule, output: Path) -> None:
    version, source = module.version(KUBEVIRT), module.source_of(KUBEVIRT)
    module.build(KUBEVIRT_PROGRAMS, output, stamped("kubevirt.io/client-go/version", {"gitVersion": version}))
    multus = module.source_of(MULTUS_CLIENT) / "artifacts/networks-crd.yaml"
    copy(multus, output / "manifests/network-attachment-definitions.yaml")
    with tempfile.TemporaryDirectory() as scratch:
        included, templator = Path(scratch) / "operator.in", Path(scratch) / "templator"
        module.build([KUBEVIRT_GENERATOR], templator)
        # The two passes of the project's own release: first what is included, then the variables.
        template = source / "manifests/release/kubevirt-operator.yaml.in"
        options = {"process-files": "true", "generated-manifests-dir": f"{source}/manifests/generated/"}
        included.write_text(module.run(templator, {**options, "input-file": template}), encoding="utf-8")
        options = {
            "process-vars": "true",
            "namespace": "kubevirt",
            "container-prefix": REGISTRY,
            "container-tag": version,
            "image-pull-policy": "IfNotPresent",
            "verbosity": "2",
            # It insists on a logo and reads whatever file it is given.
            "kubevirt-logo-path": str(included),
        }
        manifest = module.run(templator, {**options, "input-file": included})
    (output / "manifests/kubevirt-operator.yaml").write_text(manifest, encoding="utf-8")


def _cdi(module: GoModule, output: Path) -> None:
    version, source = module.version(CDI), module.source_of(CDI)
    module.build(CDI_PROGRAMS, output)
    images = ("operator", "controller", "importer", "cloner", "apiserver", "uploadproxy", "uploadserver")
    options = {f"{name}-image": f"{REGISTRY}/cdi-{name}:{version}" for name in images}
    options |= {
        "ovirt-populator-image": f"{REGISTRY}/cdi-importer:{version}",
        "docker-repo": REGISTRY,
        "docker-tag": version,
        "operator-version": version,
        "deploy-cluster-resources": "true",
        "verbosity": "1",
        "pull-policy": "IfNotPresent",
        "cr-name": "cdi",
        "namespace": "cdi",
    }
    with tempfile.TemporaryDirectory() as scratch:
        generator, generated = Path(scratch) / "generator", Path(scratch) / "generated"
        generated.mkdir()
        module.build([CDI_GENERATOR], generator)
        everything = module.run(generator, {**options, "resource-type": "operator", "resource-group": "everything"})
        (generated / "operator-everything.yaml.in").write_text(everything, encoding="utf-8")
        for name, pin in (("cdi-operator", pin_operator), ("cdi-cr", pin_components)):
            template = source / f"manifests/templates/release/{name}.yaml.in"
            text = module.run(generator, {**options, "template": template, "generated-manifests-path": generated})
            documents = [document for document in yaml.safe_load_all(text) if document]
            for document in documents:
                pin(document)
            (output / f"manifests/{name}.yaml").write_text(yaml.safe_dump_all(documents), encoding="utf-8")


def pin_operator(document: dict[str, t.Any]) -> None:
    """Keep a Deployment on the node of CDI; leave every other object as it is."""
    if document["kind"] == "Deployment":
        document["spec"]["template"]["spec"]["nodeSelector"] = dict(CDI_NODE)


def pin_components(document: dict[str, t.Any]) -> None:
    """Let the CDI object say where its operator is to put the components."""
    if document["kind"] == "CDI":
        document["spec"].setdefault("infra", {})["nodeSelector"] = dict(CDI_NODE)


def stamped(package: str, values: t.Mapping[str, str]) -> str:
    """Return linker options that set variables of a package."""
    return " ".join(f"-X {package}.{name}={value}" for name, value in values.items())


def copy(source: Path, destination: Path) -> None:
    """Copy the content only: sources of modules are read-only."""
    shutil.copyfile(source, destination)


# In the order in which they are built: later ones find much of what they need compiled.
PARTS = (
    Part("kube", (".",), "", _kube),
    *(Part(f"kubevirt-{version}", KUBEVIRT_PROGRAMS, KUBEVIRT_GENERATOR, _kubevirt) for version in KUBEVIRT_VERSIONS),
    Part("cdi", CDI_PROGRAMS, CDI_GENERATOR, _cdi),
)


def parts_of(kubevirt: str) -> list[Part]:
    """Return what a lab with this version of KubeVirt runs."""
    return [part for part in PARTS if part.name in ("kube", f"kubevirt-{kubevirt}", "cdi")]
