from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch_rules.arch_name_mismatch import RULE

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = Callable[..., list[str]]

K8S = "https://dl.k8s.io/v1.34.1/bin/linux"

RUNS = {
    f"RUN curl -LO {K8S}/$(uname -m)/kubectl": ["likely 3"],
    f"RUN curl -LO {K8S}/`uname -m`/kubectl": ["likely 3"],
    f"RUN curl -LO {K8S}/$(uname  --machine)/kubectl": ["likely 3"],
    f"RUN wget {K8S}/$(arch)/kubectl": ["likely 3"],
    f"RUN A=$(uname -m); wget {K8S}/${{A}}/kubectl": ["likely 3"],
    f"RUN A=$(uname -m); U={K8S}/$A/kubectl; wget $U": ["likely 3"],
    f"RUN A=$(uname -m); A=amd64; wget {K8S}/$A/kubectl": [],
    f"RUN A=$(uname -m); [ $A = x86_64 ] && A=amd64; wget {K8S}/$A/kubectl": [],
    f"RUN A=$(uname -m); . /map; wget {K8S}/$A/kubectl": [],
    f"RUN A=$(uname -m); wget {K8S}/${{A/x86_64/amd64}}/kubectl": [],
    f"RUN wget {K8S}/$(uname -m | sed s/x86_64/amd64/)/kubectl": [],
    f"RUN wget {K8S}/$(dpkg --print-architecture)/kubectl": [],
    f"RUN wget {K8S}/$TARGETARCH/kubectl": [],
    f"RUN echo {K8S}/$(uname -m)/kubectl": [],
    f"RUN <<EOF\nwget {K8S}/$(uname -m)/kubectl\nEOF": ["likely 4"],
    "RUN wget https://nodejs.org/dist/v24.0.0/node-v24.0.0-linux-$TARGETARCH.tar.gz": ["likely 3"],
    "RUN TARGETARCH=x64; wget https://nodejs.org/dist/v24.0.0/node-v24.0.0-linux-$TARGETARCH.tar.gz": [],
    "ADD https://awscli.amazonaws.com/awscli-exe-linux-${TARGETARCH}.zip /": ["likely 3"],
    f"ADD {K8S}/${{TARGETARCH}}/kubectl /": [],
    "RUN wget https://awscli.amazonaws.com/awscli-exe-linux-$(uname -m).zip": [],
    "RUN wget https://example.com/tool-$(uname -m)": [],
    f"ONBUILD RUN wget {K8S}/$(uname -m)/kubectl": [],
    f"RUN wget '{K8S}/$(uname -m)/kubectl'": [],
    f"RUN wget {K8S}/$(uname -m": ["likely 3"],
}


@pytest.mark.parametrize("text", RUNS)
def test_a_name_that_the_server_does_not_use_is_told(found: Found, text: str) -> None:
    assert found(RULE, f"FROM debian\nARG TARGETARCH\n{text}\n") == RUNS[text]


def test_a_variable_that_nothing_declares_is_another_fault(found: Found) -> None:
    text = "FROM debian\nRUN wget https://awscli.amazonaws.com/awscli-exe-linux-$TARGETARCH.zip\n"
    assert found(RULE, text) == []
