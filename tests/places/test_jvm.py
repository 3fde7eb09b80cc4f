"""Maven's and Gradle's build files to builds."""

from __future__ import annotations

from textwrap import dedent
from time import process_time
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
JIB_OF = "<configuration><from><platforms>%s</platforms></from></configuration>"
PLUGIN = "<plugin><artifactId>jib-maven-plugin</artifactId>%s</plugin>"
PROPERTY = "<properties><jib.from.platforms>%s</jib.from.platforms></properties>"
BUILT = "<build><plugins>%s</plugins></build>"
MANAGED = f"<pluginManagement><plugins>{PLUGIN % (JIB_OF % ARM)}</plugins></pluginManagement>"
UNKNOWN = ("unknown", ())
DEFAULT = ("default", ("linux/amd64",))
ARM64 = ("explicit", ("linux/arm64",))


def read(text: str, path: str) -> list[Build]:
    found = jvm.builds(Source(path, dedent(text)), PROJECT)
    assert all(build.whole is bool(build.platforms) for build in found)
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
    assert (build.form, build.images, build.slot) == ("jvm", ("ghcr.io/x/api:1",), None)
    text = build.source.text[build.span.start : build.span.stop]
    assert (text[:8], text[-9:], text.count("<plugin>")) == ("<plugin>", "</plugin>", 1)


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
    assert (build.state, build.platforms) == ("unknown", ())


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
        ("build.gradle", "apply plugin: 'com.google.cloud.tools.jib'", [("jib", *DEFAULT)]),
        ("build.gradle.kts", 'apply(plugin = "com.google.cloud.tools.jib")', [("jib", *DEFAULT)]),
        ("build.gradle", "jar { manifest { attributes 'Automatic-Module-Name': 'com.google.cloud.tools.jib' } }", []),
        ("build.gradle", "gradlePlugin { plugins { jib { id = 'com.google.cloud.tools.jib' } } }", []),
    ],
)  # fmt: skip
def test_gradle(path: str, text: str, expected: list[tuple[str, str, tuple[str, ...]]]) -> None:
    assert said(text, path) == expected


def executed(*configurations: str) -> str:
    each = "".join(f"<execution><goals><goal>build</goal></goals>{one}</execution>" for one in configurations)
    return f"<executions>{each}</executions>"


def profiled(inside: str) -> str:
    return f"<profiles><profile><id>x</id>{inside}</profile></profiles>"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        # executions
        (BUILT % PLUGIN % executed(JIB_OF % ARM), [ARM64]),
        (BUILT % PLUGIN % executed(""), [DEFAULT]),
        (BUILT % PLUGIN % (JIB_OF % ARM + executed("")), [ARM64]),
        (BUILT % PLUGIN % (JIB_OF % ARM + executed(JIB_OF % ARM, "")), [ARM64]),
        (BUILT % PLUGIN % executed(JIB_OF % ARM, ""), [UNKNOWN]),
        (BUILT % PLUGIN % executed("", f"<phase>none</phase>{JIB_OF % ARM}"), [DEFAULT]),
        (BUILT % PLUGIN % executed(JIB_OF % "${platforms}"), [("explicit", ())]),
        # properties
        (PROPERTY % "linux/arm64" + BUILT % PLUGIN % "", [ARM64]),
        (PROPERTY % "linux/amd64, linux/arm64"
         + BUILT % PLUGIN % (JIB_OF % ARM), [("explicit", ("linux/amd64", "linux/arm64"))]),
        (PROPERTY % "${x}" + BUILT % PLUGIN % "", [("explicit", ())]),
        (profiled(PROPERTY % "linux/arm64") + BUILT % PLUGIN % "", [UNKNOWN]),
        # profiles
        (BUILT % PLUGIN % "" + profiled(BUILT % PLUGIN % (JIB_OF % ARM)), [UNKNOWN, ARM64]),
        (BUILT % PLUGIN % (JIB_OF % ARM) + profiled(BUILT % PLUGIN % ""), [ARM64, ARM64]),
        (BUILT % PLUGIN % (JIB_OF % ARM) + profiled(BUILT % PLUGIN % (JIB_OF % ARM)), [ARM64, ARM64]),
        (profiled(BUILT % PLUGIN % ""), [DEFAULT]),
        # what it leaves out
        (BUILT % PLUGIN % "<configuration><skip>true</skip></configuration>", []),
        (BUILT % PLUGIN % (JIB_OF % ARM)
         + profiled(BUILT % PLUGIN % "<configuration><skip>true</skip></configuration>"), [ARM64]),
        # what is only prepared
        (BUILT.replace("<build>", f"<build>{MANAGED}") % PLUGIN % "", [ARM64]),
        # parents
        ("<parent><groupId>org.springframework.boot</groupId><artifactId>p</artifactId></parent>" + BUILT % PLUGIN % "",
         [DEFAULT]),
        ("<parent><groupId>com.x</groupId><artifactId>p</artifactId></parent>" + BUILT % PLUGIN % "", [UNKNOWN]),
        ("<parent><groupId>com.x</groupId><artifactId>p</artifactId></parent>" + BUILT % PLUGIN % (JIB_OF % ARM),
         [ARM64]),
    ],
)  # fmt: skip
def test_jib_of_maven_is_told_its_platforms_in_many_places(
    inside: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert said(f"<project>{inside}</project>") == [("jib", *one) for one in expected]


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("<artifactId>p</artifactId>" + BUILT % PLUGIN % executed(JIB_OF % ARM), ARM64),
        (
            "<artifactId>p</artifactId>" + PROPERTY % "linux/arm64",
            ARM64,
        ),
        ("<artifactId>p</artifactId>" + profiled(BUILT % PLUGIN % (JIB_OF % ARM)), UNKNOWN),
        ("<artifactId>p</artifactId>", DEFAULT),
        ("<artifactId>another</artifactId>", UNKNOWN),
    ],
)
def test_jib_is_told_by_the_file_above(tmp_path: Path, above: str, expected: tuple[str, tuple[str, ...]]) -> None:
    (tmp_path / "pom.xml").write_text(f"<project>{above}</project>")
    child = f"<project><parent><artifactId>p</artifactId></parent>{BUILT % PLUGIN % ''}</project>"
    [build] = jvm.builds(Source("api/pom.xml", child), Project(str(tmp_path)))
    assert (build.state, build.platforms) == expected


def test_spring_boot_is_told_its_platform_by_an_execution() -> None:
    told = "<configuration><image><imagePlatform>linux/arm64</imagePlatform></image></configuration>"
    goal = "<goals><goal>build-image</goal></goals>"
    assert said(SPRING % f"<executions><execution>{goal}{told}</execution></executions>") == [
        ("spring-boot-image", *ARM64)
    ]


BLOCKS = "platforms { platform { architecture = 'arm64'; os = 'linux' } }"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("build.gradle", f"jib.from {{\n  {BLOCKS}\n}}\njib {{ to.image = 'x/y' }}", ARM64),
        ("build.gradle", f"jib {{ from.{BLOCKS} }}", ARM64),
        ("build.gradle", f"jib {{ }}\njib.from.{BLOCKS}", ARM64),
        ("build.gradle", f"tasks {{ jib {{ from {{ {BLOCKS} }} }} }}", ARM64),
        ("build.gradle", f"subprojects {{ jib {{ from {{ {BLOCKS} }} }} }}", ARM64),
        ("build.gradle", "jib { }\njib.from.platforms = [new PlatformParameters(architecture: 'arm64', os: 'linux')]",
         ARM64),
        ("build.gradle",
         "jib { from { platforms = [new PlatformParameters().tap { os = 'linux'; architecture = 'arm64' }] } }", ARM64),
        ("build.gradle.kts",
         """
         jib.from.platforms.set(listOf(PlatformParameters().apply { os = "linux"; architecture = "amd64" },
           com.google.cloud.tools.jib.gradle.PlatformParameters().apply { architecture = "arm64" }))
         jib { }
         """,
         ("explicit", ("linux/amd64", "linux/arm64"))),
        ("build.gradle.kts", 'import com.google.cloud.tools.jib.gradle.PlatformParameters\njib { to { image = "x" } }',
         DEFAULT),
        ("build.gradle", "dependencies { implementation platform('x:y:1') }\njib { to { image = 'x' } }", DEFAULT),
        # what is not read is not known
        ("build.gradle", "jib.from.platforms = given\njib { }", ("explicit", ())),
        ("build.gradle.kts", "jib { from { platforms.set(given) } }", ("explicit", ())),
        ("build.gradle.kts", "jib { from { platforms.set(listOf(arm64(), amd64())) } }", ("explicit", ())),
        ("build.gradle.kts", "jib { from { platforms.add(PlatformParameters()) } }", ("explicit", ())),
        ("build.gradle.kts", 'jib { from { platforms { platform { architecture = if (x) "arm64" else "amd64" } } } }',
         ("explicit", ())),
        ("build.gradle.kts", 'jib { from { platforms { platform { architecture = "arm64" + x } } } }',
         ("explicit", ())),
        ("build.gradle", f"jib {{ from {{ platforms {{ if (x) {{ {BLOCKS[12:-2]} }} }} }} }}", ("explicit", ())),
        ("build.gradle", f"jib {{ from {{ {BLOCKS} }} }}\nif (x) {{ jib.from.platforms = y }}", ("explicit", ())),
        ("build.gradle", f"jib {{ }}\nif (x) {{ jib.from.{BLOCKS} }}", UNKNOWN),
        ("build.gradle.kts", "jib { }\nconfigure<JibExtension> { from { platforms.set(listOf(arm64())) } }", UNKNOWN),
        ("build.gradle.kts", 'jib { }\nval jibPlatforms = listOf("arm64")', UNKNOWN),
        ("build.gradle", "jib { }\nSystem.setProperty('jib.from.platforms', 'linux/arm64')", UNKNOWN),
    ],
)  # fmt: skip
def test_jib_of_gradle_is_told_its_platforms_in_many_ways(
    path: str, text: str, expected: tuple[str, tuple[str, ...]]
) -> None:
    assert said(text, path) == [("jib", *expected)]


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("jib { to { image = 'x/y' } }", "x/y"),
        ("jib { from { image = 'a' } }\njib.to.image = 'x/y'", "x/y"),
        ("jib { to.image = 'x/y' }", "x/y"),
        ("jib { to { image = 'x/y' } }\njib.to.image = 'x/z'", None),
        ("jib { to { image = 'x/' + name } }", None),
        ("jib { }\nother { to { image = 'x/y' } }", None),
    ],
)
def test_the_image_that_jib_of_gradle_gives(text: str, image: str | None) -> None:
    [build] = read(text, "build.gradle")
    assert build.images == ((image,) if image else ())


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, DEFAULT),
        ({"gradle.properties": "systemProp.jib.from.platforms=linux/arm64\n"}, ARM64),
        ({"api/gradle.properties": "a = b\nsystemProp.jib.from.platforms = linux/arm64,linux/amd64\n"},
         ("explicit", ("linux/arm64", "linux/amd64"))),
        ({"gradle.properties": "# systemProp.jib.from.platforms=linux/arm64\n"}, DEFAULT),
        ({"gradle.properties": "jib.from.platforms=linux/arm64\n"}, UNKNOWN),
        ({"gradle.properties": "systemProp.jib.from.platforms=${x}\n"}, ("explicit", ())),
        ({"build.gradle": f"subprojects {{ jib {{ from {{ {BLOCKS} }} }} }}"}, ARM64),
        ({"build.gradle.kts": f"jib {{ from {{ {BLOCKS} }} }}"}, UNKNOWN),
        ({"build.gradle": "jib { }"}, DEFAULT),
        ({"other/build.gradle": f"jib {{ from {{ {BLOCKS} }} }}"}, DEFAULT),
        ({"gradle/jib.gradle": f"jib {{ from {{ {BLOCKS} }} }}"}, UNKNOWN),
        ({"other/gradle/jib.gradle": f"jib {{ from {{ {BLOCKS} }} }}"}, DEFAULT),
        ({"jib.gradle": f"jib {{ from {{ {BLOCKS} }} }}", "build.gradle": "subprojects { apply from: 'jib.gradle' }"},
         UNKNOWN),
        ({"jib.gradle": f"jib {{ from {{ {BLOCKS} }} }}", "build.gradle": ""}, DEFAULT),
        ({"convention-plugins/src/main/kotlin/x.gradle.kts": f"jib {{ from {{ {BLOCKS} }} }}"}, UNKNOWN),
        ({"buildSrc/src/main/kotlin/Jib.kt": "fun jib() { platforms.add(x) }"}, UNKNOWN),
        ({".github/workflows/ci.yml": "run: ./gradlew jib -Djib.from.platforms=linux/arm64\n"}, ("delegated", ())),
        ({".github/workflows/ci.yml": "# ./gradlew jib -Djib.from.platforms=linux/arm64\n"}, DEFAULT),
    ],
)  # fmt: skip
def test_other_files_tell_jib_of_gradle(
    tmp_path: Path, files: dict[str, str], expected: tuple[str, tuple[str, ...]]
) -> None:
    _write(tmp_path, files)
    [build] = jvm.builds(Source("api/build.gradle", "jib { to { image = 'x/y' } }"), Project(str(tmp_path)))
    assert (build.state, build.platforms) == expected
    assert build.whole is bool(build.platforms)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({".mvn/maven.config": "-T4\n-Djib.from.platforms=linux/arm64\n"}, ARM64),
        ({".mvn/jvm.config": "-Xmx1g -Djib.from.platforms=linux/arm64"}, ARM64),
        ({"build.sh": "mvn package '-Djib.from.platforms=linux/arm64'\n"}, ("delegated", ())),
    ],
)
def test_other_files_tell_jib_of_maven(
    tmp_path: Path, files: dict[str, str], expected: tuple[str, tuple[str, ...]]
) -> None:
    _write(tmp_path, files)
    [build] = jvm.builds(Source("pom.xml", POM % ""), Project(str(tmp_path)))
    assert (build.state, build.platforms) == expected


def _write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


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


POM_ARM = POM % f"<platforms>{ARM}</platforms>"
GRADLE_ARM = f"jib {{ from {{ {BLOCKS} }} }}"
MODULES = "<modules><module>a</module><module>b</module></modules>"


@pytest.mark.parametrize(
    ("script", "files", "expected"),
    [
        ("mvn jib:build", {"pom.xml": f"<project><build>{MANAGED}</build></project>"}, ARM64),
        ("mvn jib:build -D jib.from.platforms=linux/arm64", {"pom.xml": POM % ""}, ARM64),
        ("./gradlew jib -Djib.from.platforms=linux/arm64", {"build.gradle": "jib { }"}, ARM64),
        ("mvn com.google.cloud.tools:jib-maven-plugin:3.4.6:build", {"pom.xml": "<project></project>"}, DEFAULT),
        ("mvn com.google.cloud.tools:jib-maven-plugin:3.4.6:build",
         {"pom.xml": f"<project>{PROPERTY % 'linux/arm64'}</project>"}, ARM64),
        ("mvn jib:build", {"pom.xml": f"<project>{BUILT % PLUGIN % executed(JIB_OF % ARM, '')}</project>"}, UNKNOWN),
        ("./gradlew jib", {"build.gradle": "jib { }\nval jibPlatforms = x"}, UNKNOWN),
        ("./gradlew jib", {"build.gradle": "jib { }", "gradle.properties": "systemProp.jib.from.platforms=linux/arm64"},
         ARM64),
        # the modules
        ("mvn jib:build", {"pom.xml": f"<project>{MODULES}</project>", "a/pom.xml": POM_ARM, "b/pom.xml": POM_ARM},
         ARM64),
        ("mvn jib:build", {"pom.xml": f"<project>{MODULES}</project>", "a/pom.xml": POM_ARM, "b/pom.xml": POM % ""},
         UNKNOWN),
        ("./gradlew jib", {"settings.gradle": "include 'a', 'b'", "a/build.gradle": GRADLE_ARM,
                           "b/build.gradle": GRADLE_ARM.replace("arm64", "amd64")}, UNKNOWN),
        ("./gradlew jib", {"settings.gradle": "include 'a', 'b'", "a/build.gradle": GRADLE_ARM, "b/build.gradle": ""},
         ARM64),
    ],
)  # fmt: skip
def test_a_command_of_jib_builds_for_what_all_build_files_say(
    tmp_path: Path, script: str, files: dict[str, str], expected: tuple[str, tuple[str, ...]]
) -> None:
    _write(tmp_path, files)
    assert _commanded(Source("run", script), tmp_path) == expected


def test_what_a_folder_says_is_not_remembered_for_another(tmp_path: Path) -> None:
    _write(tmp_path, {"a/pom.xml": POM % f"<platforms>{ARM}</platforms>", "b/pom.xml": POM % ""})
    project = Project(str(tmp_path))
    for folder, expected in (("a", ARM64), ("b", DEFAULT), ("a", ARM64)):
        (build,) = read_script(Source("x", "mvn jib:build").whole(), Setting("shell", directory=folder), project).builds
        assert (build.state, build.platforms) == expected
    spring = Source("x", "mvn spring-boot:build-image").whole()
    (build,) = read_script(spring, Setting("shell", directory="a"), project).builds
    assert (build.tool, build.state, build.platforms) == ("spring-boot-image", *UNKNOWN)


_REPEATED = [
    ("build.gradle", "id 'com.google.cloud.tools.jib' version x apply false "),
    ("build.gradle", "id 'com.google.cloud.tools.jib'\n"),
    ("build.gradle", "jib { from { platforms { platform { architecture = 'x' } } } } "),
    ("build.gradle", "jib { to { image = 'x' } } "),
    ("build.gradle", "jib {"),
    ("build.gradle", "a.platforms."),
    ("build.gradle", "jib.from.platforms = ["),
    ("build.gradle", "bootBuildImage "),
    ("pom.xml", f"<plugins>{PLUGIN % (JIB_OF % ARM)}</plugins>"),
    ("pom.xml", f"<profile><plugins>{PLUGIN % ''}</plugins></profile>"),
    ("pom.xml", "<plugins><plugin>"),
]


@pytest.mark.parametrize(("path", "part"), _REPEATED)
def test_four_times_the_text_takes_about_four_times_as_long(path: str, part: str) -> None:
    def taken(count: int) -> float:
        started = process_time()
        read(part * count, path)
        return process_time() - started

    small, large = taken(1_000), taken(4_000)
    assert large < 9 * small + 0.2  # sixteen times, if it grew with the square


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
