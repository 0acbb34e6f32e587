"""Compare the public catalogue with what the workshop allows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from footage.publishing import audit_public


class Command(BaseCommand):
    help = "List everything that is public and should not be. Changes nothing; fails on findings."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = audit_public()
        for finding in findings:
            self.stdout.write(f"{finding.reference}: {finding.code}: {finding.detail}")
        if findings:
            raise CommandError(f"{len(findings)} findings. Withdraw or revise what they name.")
        self.stdout.write("Everything that is public may be.")
