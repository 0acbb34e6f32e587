"""Second copies of masters, made in the background."""

from django_tasks import task

from footage.ingest.mirror import mirror
from footage.ingest.models import Master


@task()
def mirror_master(master_id: int) -> None:
    """Have the mirror hold a master. One that is gone is nothing to do."""
    master = Master.objects.filter(pk=master_id, deaccessioned_at=None).first()
    if master is not None:
        mirror(master)
