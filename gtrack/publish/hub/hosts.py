"""Where hubs lie on the web, by kinds of hosts, and how what is wrong there is put right."""

from __future__ import annotations

from urllib.parse import urlsplit

from gtrack.core.web_answer import Answer

_BY_NAME = {
    "github.io": "GitHub Pages",
    "github.com": "GitHub",
    "githubusercontent.com": "GitHub",
    "huggingface.co": "Hugging Face",
    "hf.co": "Hugging Face",
    "amazonaws.com": "Amazon S3",
    "storage.googleapis.com": "Google Cloud Storage",
    "blob.core.windows.net": "Azure",
    "r2.dev": "Cloudflare R2",
}
_BY_SERVER = {
    "github.com": "GitHub Pages",
    "amazons3": "Amazon S3",
    "uploadserver": "Google Cloud Storage",
    "windows-azure-blob": "Azure",
    "apache": "Apache",
    "nginx": "nginx",
    "simplehttp": "Python's http.server",
}
OTHER = "other"
"""A kind that is not known here."""

_CORS_FILE = (
    '[{"origin": ["*"], "method": ["GET", "HEAD"], "responseHeader": ["Range", "Content-Range"], '
    '"maxAgeSeconds": 86400}]'
)
CURES: dict[str, dict[str, str]] = {
    "range": {
        "Apache": "let no script or filter stand before the files, and unset no Range or "
        "Accept-Ranges header",
        "nginx": "serve the files as static ones; behind a proxy: proxy_force_ranges on",
        "Python's http.server": "it knows no Range requests: use nginx, Apache or an object store",
        "Google Cloud Storage": "a file that was uploaded with gzip encoding has no ranges: upload "
        "it anew without --gzip-local (gsutil: without -z)",
        "GitHub": "take GitHub Pages, or another host",
        OTHER: "choose a host or a setting that answers Range requests with 206",
    },
    "cors": {
        "Apache": 'Header always set Access-Control-Allow-Origin "*" (module headers)',
        "nginx": "add_header Access-Control-Allow-Origin * always;",
        "Amazon S3": "give the bucket a CORS rule: AllowedOrigins *, AllowedMethods GET and HEAD, "
        "AllowedHeaders *, ExposeHeaders Content-Range",
        "Cloudflare R2": "give the bucket a CORS policy: AllowedOrigins *, AllowedMethods GET and "
        "HEAD, AllowedHeaders Range, ExposeHeaders Content-Range",
        "Google Cloud Storage": f"gcloud storage buckets update gs://BUCKET --cors-file=cors.json, "
        f"with {_CORS_FILE}",
        "Azure": "give the storage account a CORS rule for blobs: origins *, methods GET, HEAD and "
        "OPTIONS, headers *, exposed headers Content-Range",
        "GitHub": "take the address at raw.githubusercontent.com, or GitHub Pages",
        "Hugging Face": "take the address with /resolve/ of a public dataset",
        "Python's http.server": "it sends no such header: use nginx, Apache or an object store",
        OTHER: "send Access-Control-Allow-Origin: * with every answer, redirects too",
    },
    "preflight": {
        "Apache": 'Header always set Access-Control-Allow-Headers "Range", and answer OPTIONS '
        "with 204",
        "nginx": "add_header Access-Control-Allow-Headers Range always; and answer OPTIONS with "
        "204",
        "Amazon S3": "AllowedHeaders * in the bucket's CORS rule",
        "Google Cloud Storage": "Range among responseHeader in the bucket's CORS file",
        "Azure": "allowed headers * and the method OPTIONS in the account's CORS rule",
        OTHER: "answer OPTIONS with 204 and Access-Control-Allow-Headers: Range",
    },
    "exposed": {
        OTHER: "send Access-Control-Expose-Headers: Content-Range, Content-Length",
    },
    "packed": {
        "Apache": r'SetEnvIfNoCase Request_URI "\.(bw|bb|2bit|gz|tbi|csi)$" no-gzip, and '
        "RemoveEncoding .gz",
        "nginx": "leave application/octet-stream out of gzip_types; gzip_static off",
        "Amazon S3": "upload the file anew without --content-encoding",
        "Google Cloud Storage": "upload the file anew without --gzip-local (gsutil: without -z)",
        "Azure": "clear the blob's Content-Encoding",
        OTHER: "send such files as they are, without Content-Encoding",
    },
    "missing": {
        "GitHub Pages": "commit it, and wait until Pages is built; names that begin with _ need a "
        "file .nojekyll beside hub.txt",
        "GitHub": "commit it, or correct the branch in the address",
        "Hugging Face": "upload it; the address is that of /resolve/main/",
        "Amazon S3": "upload it (aws s3 sync), with the same name, capital letters included",
        OTHER: "copy the whole folder again; capital letters count",
    },
    "unreached": {
        OTHER: "see that the address is right, and that its server is running",
    },
    "closed": {
        "Amazon S3": "let everybody read the objects (s3:GetObject in the bucket's policy); a file "
        "that is missing has the same answer",
        "Google Cloud Storage": "gcloud storage buckets add-iam-policy-binding gs://BUCKET "
        "--member=allUsers --role=roles/storage.objectViewer",
        "Azure": "set the container's public access to Blob",
        "Hugging Face": "make the dataset public, and not gated",
        "GitHub": "make the repository public",
        OTHER: "let everybody read it, without a login; browsers cannot log in",
    },
    "page": {
        "GitHub": "write raw.githubusercontent.com/USER/REPOSITORY/BRANCH/... in place of the "
        "page's address",
        "Hugging Face": "write /resolve/ in place of /blob/ in the address",
        OTHER: "give the address of the file itself, not of a page about it",
    },
    "pointer": {
        "GitHub Pages": "Pages does not fetch Git LFS: commit the file without LFS (below 100 MB), "
        "or take another host",
        "GitHub": "write media.githubusercontent.com/media/ in place of "
        "raw.githubusercontent.com/, or commit the file without LFS",
        "Hugging Face": "write /resolve/ in place of /raw/ in the address",
        OTHER: "put the file itself there, not its Git LFS pointer",
    },
    "changed": {
        OTHER: "copy the whole folder again, in binary mode; in git: *.txt -text in .gitattributes",
    },
    "http": {
        OTHER: "turn https on; pages on https may not read http",
    },
    "slow": {
        OTHER: "try again; if it stays so, the host is too slow for a genome browser",
    },
    "head": {
        OTHER: "answer HEAD as GET, without the body",
    },
    "list": {
        OTHER: "copy files.json, too",
    },
    "rule": {
        OTHER: "make the hub anew by gtrack hub, and copy it again",
    },
}
"""What is wrong -> kind of host -> what to do; `OTHER` is what holds everywhere."""


def host_of(answer: Answer) -> str:
    """Return the kind of host that an answer came from, by its name and what it calls itself."""
    if not answer.hops:
        return OTHER
    name = (urlsplit(answer.hops[0].address).hostname or "").lower()
    for end, kind in _BY_NAME.items():
        if name == end or name.endswith(f".{end}"):
            return kind
    server = answer.header("server").lower()
    return next((kind for word, kind in _BY_SERVER.items() if server.startswith(word)), OTHER)


def cure(what: str, host: str) -> str:
    """Return what to do about `what` at a kind of host."""
    return CURES[what].get(host, CURES[what][OTHER])
