# One image per service: docker build -f deploy/images/service.Dockerfile --build-arg SERVICE=orchestrator .
# The third-party packages are a layer of their own, so that a change of our code rebuilds little.
ARG PYTHON=3.11.14-slim-bookworm
FROM python:${PYTHON} AS build
ARG SERVICE
ARG EXTRAS=""
# The constraints hold for what builds our packages, too.
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONSTRAINT=/source/constraints.txt
RUN python -m venv /opt/seawright
WORKDIR /source
COPY constraints.txt ./
COPY shared/pyproject.toml shared/pyproject.toml
COPY services/${SERVICE}/pyproject.toml services/${SERVICE}/pyproject.toml
COPY deploy/images/requirements.py deploy/images/requirements.py
RUN python deploy/images/requirements.py ${SERVICE} ${EXTRAS} > /tmp/requirements.txt \
    && /opt/seawright/bin/pip install -c constraints.txt -r /tmp/requirements.txt
COPY shared shared
COPY services/${SERVICE} services/${SERVICE}
RUN /opt/seawright/bin/pip install -c constraints.txt --no-deps ./shared ./services/${SERVICE} \
    && printf '#!/bin/sh\nexec seawright-%s "$@"\n' "$(echo ${SERVICE} | tr _ -)" > /opt/seawright/bin/serve \
    && chmod +x /opt/seawright/bin/serve

FROM python:${PYTHON}
ARG SERVICE
LABEL org.opencontainers.image.title="seawright-${SERVICE}" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --no-create-home seawright && mkdir -p /var/lib/seawright \
    && chown seawright:seawright /var/lib/seawright
COPY --from=build /opt/seawright /opt/seawright
# The root file system may be read-only: what libraries write goes to /tmp.
ENV PATH=/opt/seawright/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
USER 10001:10001
WORKDIR /var/lib/seawright
CMD ["serve"]
