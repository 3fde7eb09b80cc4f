# The program as an image, for every platform that Python has one for:
#   docker run --rm -v "$PWD:/repo" prelaunch check
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY hooks ./hooks
COPY rules ./rules
RUN python -m venv /opt/prelaunch && /opt/prelaunch/bin/pip install --no-cache-dir .

FROM python:3.13-slim
# git says which files of a repository count; of whichever user the mounted folder is, it is only read
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/* \
 && git config --system --add safe.directory '*'
COPY --from=build /opt/prelaunch /opt/prelaunch
ENV PATH=/opt/prelaunch/bin:$PATH
USER nobody
WORKDIR /repo
ENTRYPOINT ["prelaunch"]
CMD ["check"]
