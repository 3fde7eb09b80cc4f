"""Maven's and Gradle's build files to builds."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.discover import look
from prelaunch.kinds import BUILD
from prelaunch.model import Build, Source
from prelaunch.places import jvm
from prelaunch.places.script import Setting, read_script
from prelaunch.project import Project
from prelaunch.reading import read_facts

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = Project("/nowhere")
POM = """\
<project>
  <build>
    <plugins>
      <plugin>
        <groupId>com.google.cloud.tools</groupId>
        <artifactId>jib-maven-plugin</artifactId>
        <version>3.4.4</version>
        <configuration>
          <from>
            <image>eclipse-temurin:21</image>
            %s
          </from>
          <to><image>ghcr.io/x/api:1</image></to>
        </configuration>
      </plugin>
    </plugins>
  </build>
</project>
"""
ARM = "<platform><architecture>arm64</architecture><os>linux</os></platform>"


def read(text: str, path: str) -> list[Build]:
    found = jvm.builds(Source(path, dedent(text)), PROJECT)
    assert all(build.slot is None and build.state != "missing" for build in found)
    return found


def said(text: str, path: str = "pom.xml") -> list[tuple[str, str, tuple[str, ...]]]:
    return [(build.tool, build.state, build.platforms) for build in read(text, path)]


@pytest.mark.parametrize(
    ("platforms", "expected"),
    [
        ("", ("default", ("linux/amd64",))),
        (f"<platforms>{ARM}</platforms>", ("explicit", ("linux/arm64",))),
        (f"<platforms>{ARM}{ARM.replace('arm64', 'amd64')}</platforms>", ("explicit", ("linux/arm64", "linux/amd64"))),
        (f"<!-- <platforms>{ARM}</platforms> -->", ("default", ("linux/amd64",))),
        (f"<platforms>{ARM.replace('arm64', '${arch}')}</platforms>", ("explicit", ())),
        ("<platforms>${platforms}</platforms>", ("explicit", ())),
    ],
)
def test_jib_of_maven(platforms: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert said(POM % platforms) == [("jib", *expected)]
    [build] = read(POM % platforms, "pom.xml")
    assert build.images == ("ghcr.io/x/api:1",)
    assert build.source.text[build.span.start :].startswith("<plugin>")


SPRING = """\
<plugins><plugin>
  <artifactId>spring-boot-maven-plugin</artifactId>
  %s
</plugin></plugins>
"""
GOAL = "<executions><execution><goals><goal>build-image</goal></goals></execution></executions>"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("", []),
        ("<configuration><addResources>true</addResources></configuration>", []),
        (GOAL, [("unknown", ())]),
        ("<configuration><image><name>x/${project.artifactId}</name></image></configuration>", [("unknown", ())]),
        ("<configuration><image><imagePlatform>linux/arm64</imagePlatform></image></configuration>",
         [("explicit", ("linux/arm64",))]),
        ("<configuration><image><imagePlatform>${p}</imagePlatform></image></configuration>", [("explicit", ())]),
    ],
)  # fmt: skip
def test_the_image_of_spring_boot_in_maven(inside: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert said(SPRING % inside) == [("spring-boot-image", *one) for one in expected]


def test_a_plugin_that_is_only_managed_builds_with_those_that_use_it() -> None:
    managed = "<pluginManagement>{}</pluginManagement>".format((SPRING % "").replace("spring-boot", "jib"))
    assert said(f"<project><build>{managed}</build></project>") == []


@pytest.mark.parametrize("above", ["plugins", "pluginManagement"])
def test_jib_builds_for_the_platforms_of_the_parent(tmp_path: Path, above: str) -> None:
    (tmp_path / "api").mkdir()
    parent = (POM % f"<platforms>{ARM}</platforms>").replace("<build>", f"<build><{above}>", 1)
    (tmp_path / "pom.xml").write_text(parent.replace("</build>", f"</{above}></build>"))
    child = (POM % "").replace("<build>", "<parent><artifactId>x</artifactId></parent><build>")
    [build] = jvm.builds(Source("api/pom.xml", child), Project(str(tmp_path)))
    assert (build.state, build.platforms) == ("explicit", ("linux/arm64",))
    [build] = jvm.builds(Source("pom.xml", child), Project(str(tmp_path)))  # its parent is elsewhere
    assert (build.state, build.platforms) == ("default", ("linux/amd64",))


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "build.gradle.kts",
            """\
            plugins { alias(libs.plugins.jib) }
            jib {
                from {
                    image = "eclipse-temurin:21-jre"
                    platforms {
                        platform {
                            architecture = "amd64"
                            os = "linux"
                        }
                        platform { architecture = "arm64"; os = "linux" }
                    }
                }
                to { image = "ghcr.io/x/api" }
            }
            """,
            [("jib", "explicit", ("linux/amd64", "linux/arm64"))],
        ),
        (
            "build.gradle",
            """\
            plugins { id 'com.google.cloud.tools.jib' version '3.4.4' }
            jib.to.image = 'x/y'
            """,
            [("jib", "default", ("linux/amd64",))],
        ),
        ("build.gradle", "plugins { id 'com.google.cloud.tools.jib' version '3.4.4' apply false }", []),
        ("build.gradle", "jib {\n  to { image = 'x' }\n  // platforms { }\n}", [("jib", "default", ("linux/amd64",))]),
        ("build.gradle", "jib { from { platforms { platform { architecture = arch } } } }", [("jib", "explicit", ())]),
        ("build.gradle", "jib { from { platforms { more() } } }", [("jib", "explicit", ())]),
        ("build.gradle", "bootBuildImage {\n  imagePlatform = 'linux/arm64'\n}",
         [("spring-boot-image", "explicit", ("linux/arm64",))]),
        ("build.gradle.kts", 'tasks.named<BootBuildImage>("bootBuildImage") { imagePlatform.set("linux/amd64") }',
         [("spring-boot-image", "explicit", ("linux/amd64",))]),
        ("build.gradle", "bootBuildImage { imageName = 'x/y' }", [("spring-boot-image", "unknown", ())]),
        ("build.gradle", "bootBuildImage { imagePlatform = given }", [("spring-boot-image", "explicit", ())]),
        ("build.gradle", "def jib = 1\nprintln('jib')", []),
    ],
)  # fmt: skip
def test_gradle(path: str, text: str, expected: list[tuple[str, str, tuple[str, ...]]]) -> None:
    assert said(text, path) == expected


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("api/pom.xml", POM, True),
        ("api/build.gradle.kts", "jib { }", True),
        ("api/jib.gradle", "jib { }", True),
        ("api/pom.xml", "<project/>", False),
        ("api/jib.xml", POM, False),
        ("api/build.kts", "jib { }", False),
    ],
)
def test_build_files_are_known_by_their_names(tmp_path: Path, path: str, text: str, found: bool) -> None:
    file = tmp_path / path
    file.parent.mkdir()
    file.write_text(text)
    seen = look(str(tmp_path), path, {})
    assert (seen is not None) is found
    if seen is not None:
        assert len(read_facts(Project(str(tmp_path)), seen, {BUILD}).builds) == 1


def test_a_command_of_jib_builds_for_what_the_build_file_says(tmp_path: Path) -> None:
    script = Source("build.sh", "mvn compile jib:build")
    assert _commanded(script, tmp_path) == ("default", ("linux/amd64",))
    (tmp_path / "pom.xml").write_text(POM % "")
    assert _commanded(script, tmp_path) == ("default", ("linux/amd64",))
    (tmp_path / "pom.xml").write_text(POM % f"<platforms>{ARM}</platforms>")
    assert _commanded(script, tmp_path) == ("explicit", ("linux/arm64",))
    (tmp_path / "pom.xml").write_text(
        SPRING % "<configuration><image><imagePlatform>linux/arm64</imagePlatform></image></configuration>"
    )
    spring = Source("build.sh", "mvn spring-boot:build-image")
    assert _commanded(spring, tmp_path) == ("explicit", ("linux/arm64",))
    given = Source("build.sh", "mvn jib:build -Djib.from.platforms=linux/amd64")
    assert _commanded(given, tmp_path) == ("explicit", ("linux/amd64",))


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ("settings.gradle.kts", 'rootProject.name = "x"\ninclude(":api", ":worker")\n'),
        ("settings.gradle", "include 'api'\n"),
        ("pom.xml", "<project><modules><module>api</module></modules></project>"),
    ],
)
def test_a_command_of_jib_builds_the_modules(tmp_path: Path, settings: str, text: str) -> None:
    (tmp_path / settings).write_text(text)
    (tmp_path / "api").mkdir()
    if settings == "pom.xml":
        (tmp_path / "api/pom.xml").write_text(POM % f"<platforms>{ARM}</platforms>")
    else:
        platforms = "platform { architecture = 'arm64'; os = 'linux' }"
        (tmp_path / "api/build.gradle").write_text(f"jib {{ from {{ platforms {{ {platforms} }} }} }}")
    script = "mvn jib:build" if settings == "pom.xml" else "./gradlew jib"
    assert _commanded(Source("build.sh", script), tmp_path) == ("explicit", ("linux/arm64",))


def _commanded(script: Source, root: Path) -> tuple[str, tuple[str, ...]]:
    (build,) = read_script(script.whole(), Setting("shell"), Project(str(root))).builds
    return build.state, build.platforms


_PIECES = st.sampled_from(
    [
        "<plugins>", "<plugin>", "</plugin>", "<artifactId>", "jib-maven-plugin", "</", "<configuration>", "<image>",
        "jib", " {", "}", "from", "platforms", "platform", "bootBuildImage", "imagePlatform", "=", "'x'", "(", ")",
        "\n", "$", "<project>", "<parent>", "<relativePath>",
    ]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=30).map("".join)))
def test_any_text_is_read(text: str) -> None:
    for path in ("pom.xml", "build.gradle"):
        for build in read(text, path):
            assert 0 <= build.span.start <= build.span.stop <= len(text)
