"""The SDKs and agents of AWS, Azure and Google Cloud."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from support.engine.ordinary.talk import Talk, request, response, tls, web

_BOTO: Final = (
    "Boto3/1.34.84 md/Botocore#1.34.84 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.12.3"
)
_SIGNED: Final = {
    "X-Amz-Date": "20260101T100000Z",
    "X-Amz-Content-SHA256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "Authorization": (
        "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20260101/eu-west-1/s3/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=0f1e2d3c4b5a"
    ),
}
_XML: Final = "application/xml"

TALKS: Final[Mapping[str, Talk]] = MappingProxyType(
    {
        "aws-s3-list": web(
            request(
                "data.s3.eu-west-1.amazonaws.com",
                "/?list-type=2&prefix=in%2F",
                _BOTO,
                headers=_SIGNED,
            ),
            response(
                b"<ListBucketResult><Name>data</Name></ListBucketResult>", _XML, server="AmazonS3"
            ),
        ),
        "aws-s3-put": web(
            request(
                "data.s3.eu-west-1.amazonaws.com",
                "/in/2026/01/01/part-0001.parquet",
                _BOTO,
                method="PUT",
                headers=_SIGNED,
                body=b"PAR1" + bytes(200) + b"PAR1",
            ),
            response(b"", status="200 OK", server="AmazonS3"),
        ),
        "aws-dynamodb": web(
            request(
                "dynamodb.eu-west-1.amazonaws.com",
                "/",
                "aws-sdk-java/2.25.40 Linux/6.1.0 OpenJDK_64-Bit_Server_VM/17.0.9",
                method="POST",
                headers={**_SIGNED, "X-Amz-Target": "DynamoDB_20120810.GetItem"},
                body=b'{"TableName":"orders","Key":{"id":{"S":"42"}}}',
            ),
            response(b'{"Item":{}}', "application/x-amz-json-1.0", server="Server"),
        ),
        "aws-sts": tls("sts.eu-west-1.amazonaws.com"),
        "aws-ssm": tls("ssmmessages.eu-west-1.amazonaws.com"),
        "aws-cloudwatch-logs": tls("logs.eu-west-1.amazonaws.com"),
        "aws-sqs": tls("sqs.us-east-1.amazonaws.com"),
        "aws-lambda": tls("lambda.eu-central-1.amazonaws.com"),
        "aws-cloudfront": tls("d111111abcdef8.cloudfront.net"),
        "aws-load-balancer-check": web(
            request("10.20.1.5", "/healthz", "ELB-HealthChecker/2.0"),
            response(b"ok", "text/plain"),
            port=8080,
            inside=True,
        ),
        "azure-blob": web(
            request(
                "account.blob.core.windows.net",
                "/container/block.bin?comp=list&restype=container",
                "azsdk-python-storage-blob/12.19.1 Python/3.12.3 (Linux-6.1.0)",
                headers={"x-ms-version": "2023-11-03"},
            ),
            response(
                b"<EnumerationResults/>",
                _XML,
                server="Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0",
            ),
        ),
        "azure-login": tls("login.microsoftonline.com"),
        "azure-management": tls("management.azure.com"),
        "azure-keyvault": tls("corp-vault.vault.azure.net"),
        "azure-servicebus": tls("corp.servicebus.windows.net", 5671),
        "azure-devops": tls("dev.azure.com"),
        "azure-app": tls("corp-app.azurewebsites.net"),
        "gcp-storage": web(
            request(
                "storage.googleapis.com",
                "/storage/v1/b/data/o?prefix=in%2F&alt=json",
                "gcloud-python/2.16.0 gl-python/3.12.3 grpc/1.62.2 gax/2.18.0 gccl/2.16.0",
            ),
            response(b'{"kind":"storage#objects"}', server="UploadServer"),
        ),
        "gcp-token": tls("oauth2.googleapis.com"),
        "gcp-pubsub": tls("pubsub.googleapis.com"),
        "gcp-run": tls("service-a1b2c3-ew.a.run.app"),
        "gcp-firebase": tls("corp-app.firebaseio.com"),
        "cloudflare-worker": tls("corp.workers.dev"),
        "cloudflare-pages": tls("docs.pages.dev"),
        "heroku-app": tls("corp-app.herokuapp.com"),
        "vercel-app": tls("corp.vercel.app"),
        "dropbox": tls("content.dropboxapi.com"),
        "onedrive": tls("corp-my.sharepoint.com"),
        "office": tls("outlook.office365.com"),
        "zoom": tls("us04web.zoom.us"),
        "datadog": tls("agent-http-intake.logs.datadoghq.eu"),
        "newrelic": tls("collector.newrelic.com"),
        "sentry": tls("o123456.ingest.sentry.io"),
    }
)
