"""Asks the endpoint in argv[1] through botocore, which the AWS command-line tool is made of; prints answers as JSON."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

config = Config(retries={"max_attempts": 1}, connect_timeout=60, read_timeout=60)


def client(service):
    return boto3.client(
        service,
        endpoint_url=sys.argv[1],
        region_name="us-east-1",
        aws_access_key_id="AKIA123456789012",
        aws_secret_access_key="not-checked",
        config=config,
    )


def paged(client, operation, result, size, **arguments):
    """All items, and how many pages they took."""
    pages = client.get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **arguments)
    lists = [page[result] for page in pages]
    return [item for items in lists for item in items], len(lists)


def refused(operation, **arguments):
    try:
        operation(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


ec2, scaling, ecs, elb = client("ec2"), client("autoscaling"), client("ecs"), client("elbv2")
sqs, sns, sts = client("sqs"), client("sns"), client("sts")

containers, container_pages = paged(ecs, "list_container_instances", "containerInstanceArns", 2, cluster="shop")
described = ecs.describe_container_instances(cluster="shop", containerInstances=containers)["containerInstances"]
drained = ecs.update_container_instances_state(cluster="shop", containerInstances=containers[:1], status="DRAINING")
tasks, _ = paged(ecs, "list_tasks", "taskArns", 2, cluster="shop")
reservations, _ = paged(ec2, "describe_instances", "Reservations", 5)
groups, _ = paged(scaling, "describe_auto_scaling_groups", "AutoScalingGroups", 5)
target_groups, _ = paged(elb, "describe_target_groups", "TargetGroups", 5)
queue = sqs.get_queue_url(QueueName="signals")["QueueUrl"]
sent = sqs.send_message(QueueUrl=queue, MessageBody="Zürich")
[message] = sqs.receive_message(QueueUrl=queue)["Messages"]
sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
ended = scaling.terminate_instance_in_auto_scaling_group(
    InstanceId=groups[0]["Instances"][0]["InstanceId"], ShouldDecrementDesiredCapacity=False
)

answers = {
    "account": sts.get_caller_identity()["Account"],
    "containers": sorted(one["ec2InstanceId"] for one in described),
    "containerPages": container_pages,
    "drained": [one["status"] for one in drained["containerInstances"]],
    "tasks": [one["lastStatus"] for one in ecs.describe_tasks(cluster="shop", tasks=tasks)["tasks"]],
    "service": ecs.describe_services(cluster="shop", services=["web"])["services"][0]["desiredCount"],
    "instances": sorted(one["InstanceId"] for each in reservations for one in each["Instances"]),
    "group": [groups[0]["AutoScalingGroupName"], groups[0]["DesiredCapacity"], groups[0]["MaxSize"]],
    "hooks": [
        one["HeartbeatTimeout"]
        for one in scaling.describe_lifecycle_hooks(AutoScalingGroupName="nodes")["LifecycleHooks"]
    ],
    "targetGroups": [one["TargetGroupName"] for one in target_groups],
    "health": elb.describe_target_health(TargetGroupArn=target_groups[0]["TargetGroupArn"])["TargetHealthDescriptions"],
    "message": [message["Body"], message["MD5OfBody"] == sent["MD5OfMessageBody"]],
    "published": "MessageId" in sns.publish(TopicArn="arn:aws:sns:us-east-1:123456789012:t", Message="x"),
    "ended": ended["Activity"]["StatusCode"],
    "refused": [
        refused(scaling.set_desired_capacity, AutoScalingGroupName="nodes", DesiredCapacity=1_000),
        refused(ec2.terminate_instances, InstanceIds=["i-00000000000000000"]),
        refused(ecs.list_tasks, cluster="none"),
        refused(elb.describe_target_health, TargetGroupArn=target_groups[0]["TargetGroupArn"][:-1] + "0"),
    ],
}
print(json.dumps(answers))
