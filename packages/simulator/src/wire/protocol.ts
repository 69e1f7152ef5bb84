import type { ServiceName } from "../operation.ts";

/** AWS's wire protocols (https://smithy.io/2.0/aws/protocols/index.html). */
export type Protocol = "query" | "ec2" | "json1.0" | "json1.1" | "rest-json";

interface ErrorForm {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

export interface WireService {
  readonly name: ServiceName;
  readonly protocol: Protocol;
  /** The service's name in a signature's credential scope. */
  readonly scope: string;
  /**
   * The API version: it distinguishes services with the same scope (Classic and v2 load balancing), and unsigned
   * requests.
   */
  readonly version: string;
  /** The XML namespace of answers, or the prefix of `X-Amz-Target`. */
  readonly namespace: string;
  readonly throttled: ErrorForm;
  readonly denied: ErrorForm;
}

const accessDenied = (code: string, status: number): ErrorForm => ({
  code,
  status,
  message: "User is not authorized to perform this operation (an injected fault).",
});

/** The wire details of each service: protocol, names, and its errors for throttling and for a missing permission. */
export const wireServices: readonly WireService[] = [
  {
    name: "ec2",
    protocol: "ec2",
    scope: "ec2",
    version: "2016-11-15",
    namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    // https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
    throttled: { code: "RequestLimitExceeded", status: 503, message: "Request limit exceeded." },
    denied: accessDenied("UnauthorizedOperation", 403),
  },
  {
    name: "autoscaling",
    protocol: "query",
    scope: "autoscaling",
    version: "2011-01-01",
    namespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
    // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html
    throttled: { code: "Throttling", status: 400, message: "Rate exceeded" },
    denied: accessDenied("AccessDenied", 403),
  },
  {
    name: "elasticloadbalancingv2",
    protocol: "query",
    scope: "elasticloadbalancing",
    version: "2015-12-01",
    namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html
    throttled: { code: "ThrottlingException", status: 400, message: "Rate exceeded" },
    denied: accessDenied("AccessDenied", 403),
  },
  {
    name: "elasticloadbalancing",
    protocol: "query",
    scope: "elasticloadbalancing",
    version: "2012-06-01",
    namespace: "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
    // https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/CommonErrors.html
    throttled: { code: "Throttling", status: 400, message: "Rate exceeded" },
    denied: accessDenied("AccessDenied", 403),
  },
  {
    name: "servicediscovery",
    protocol: "json1.1",
    scope: "servicediscovery",
    version: "2017-03-14",
    namespace: "Route53AutoNaming_v20170314",
    // https://docs.aws.amazon.com/cloud-map/latest/dg/throttling.html (assumed: for all operations)
    throttled: { code: "RequestLimitExceeded", status: 429, message: "Rate exceeded" },
    denied: accessDenied("AccessDeniedException", 400),
  },
  {
    name: "vpc-lattice",
    protocol: "rest-json",
    scope: "vpc-lattice",
    version: "2022-11-30",
    namespace: "",
    // https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_ListTargets.html
    throttled: { code: "ThrottlingException", status: 429, message: "Rate exceeded" },
    denied: accessDenied("AccessDeniedException", 403),
  },
  {
    name: "sns",
    protocol: "query",
    scope: "sns",
    version: "2010-03-31",
    namespace: "http://sns.amazonaws.com/doc/2010-03-31/",
    // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    throttled: { code: "Throttling", status: 400, message: "Rate exceeded" },
    denied: accessDenied("AuthorizationError", 403),
  },
  {
    name: "sts",
    protocol: "query",
    scope: "sts",
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    throttled: { code: "Throttling", status: 400, message: "Rate exceeded" },
    denied: accessDenied("AccessDenied", 403),
  },
  {
    name: "ecs",
    protocol: "json1.1",
    scope: "ecs",
    version: "2014-11-13",
    namespace: "AmazonEC2ContainerServiceV20141113",
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
    throttled: { code: "ThrottlingException", status: 400, message: "Rate exceeded" },
    denied: accessDenied("AccessDeniedException", 400),
  },
  {
    name: "ssm",
    protocol: "json1.1",
    scope: "ssm",
    version: "2014-11-06",
    namespace: "AmazonSSM",
    // https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html
    throttled: { code: "ThrottlingException", status: 400, message: "Rate exceeded" },
    denied: accessDenied("AccessDeniedException", 400),
  },
  {
    name: "sqs",
    protocol: "json1.0",
    scope: "sqs",
    version: "2012-11-05",
    namespace: "AmazonSQS",
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    throttled: { code: "RequestThrottled", status: 403, message: "Rate exceeded" },
    denied: accessDenied("AccessDeniedException", 403),
  },
];
