package dev.postern.server.edge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.aws.Timestamps;
import dev.postern.aws.json.Json;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.RequestSigner;
import dev.postern.aws.xml.XmlElement;
import dev.postern.server.bus.InProcessBus;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.service.Account;
import dev.postern.server.service.NextToken;
import dev.postern.server.service.Service;
import dev.postern.server.service.ec2.Ec2;
import dev.postern.server.service.ssm.DocumentCheck;
import dev.postern.server.service.ssm.SystemsManager;
import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.ActivationRecord;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.Nodes;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestIdentities;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.InvalidResourceIdException;
import software.amazon.awssdk.services.ssm.model.InvalidResourceTypeException;
import software.amazon.awssdk.services.ssm.model.TooManyTagsErrorException;
import software.amazon.awssdk.services.sts.StsClient;

/** Tags through the AWS SDK for Java, and the EC2 protocol as it goes over the wire. */
final class EdgeTagsTest {
  private static final String INSTANCE = "i-0abc123def456";
  private static final String VERSION = "&Version=2016-11-15";

  @TempDir Path directory;
  private final InProcessBus bus = new InProcessBus();
  private EdgeFixture fixture;
  private SdkDoor door;

  @BeforeEach
  void open() throws Exception {
    fixture = new EdgeFixture(directory, (probes, store) -> services(store));
    // The SDK signs with the real time.
    fixture.clock.advance(Duration.between(fixture.clock.now(), Instant.now()));
    register();
    door = new SdkDoor(fixture.edge);
  }

  private List<Service> services(Store store) {
    var account = new Account(EdgeFixture.ACCOUNT, EdgeFixture.REGION);
    var nextToken = new NextToken(new byte[32]);
    return List.of(
        SystemsManager.service(
            account,
            store,
            bus,
            new SystemsManager.Settings(EdgeFixture.ENDPOINT, DocumentCheck.LENIENT),
            nextToken,
            new SecureRandom()),
        Ec2.service(account, store, bus, nextToken));
  }

  private void register() {
    String activation = "21111111-2222-3333-4444-555555555555";
    fixture
        .store
        .activations()
        .insert(
            new ActivationRecord(
                activation,
                new byte[32],
                Optional.empty(),
                Optional.empty(),
                Store.NODE_ROLE,
                1,
                0,
                fixture.clock.now().plus(Duration.ofHours(1)),
                fixture.clock.now(),
                Map.of(),
                Optional.empty()));
    fixture
        .store
        .nodes()
        .register(
            new NodeRecord(
                INSTANCE,
                activation,
                "key",
                "f",
                Optional.empty(),
                Store.NODE_ROLE,
                fixture.clock.now(),
                Map.of(),
                Optional.empty()),
            Nodes.Existing.KEEP);
  }

  @AfterEach
  void close() {
    door.close();
    fixture.close();
    bus.close();
  }

  private Ec2Client ec2() {
    return door.client(
        Ec2Client.builder(), fixture.admin.accessKeyId(), fixture.admin.secretAccessKey());
  }

  private SsmClient ssm() {
    return door.client(
        SsmClient.builder(), fixture.admin.accessKeyId(), fixture.admin.secretAccessKey());
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  private static Filter filter(String name, String value) {
    return Filter.builder().name(name).values(value).build();
  }

  @Test
  void instancesAreTaggedAndFoundByTheirTags() {
    try (Ec2Client ec2 = ec2()) {
      ec2.createTags(r -> r.resources(INSTANCE).tags(tag("Name", "<web> & ü"), tag("team", "")));

      Instance found =
          ec2.describeInstances(r -> r.filters(filter("tag:Name", "<web> & ü")))
              .reservations()
              .getFirst()
              .instances()
              .getFirst();
      assertThat(found.instanceId()).isEqualTo(INSTANCE);
      assertThat(found.tags()).containsExactly(tag("Name", "<web> & ü"), tag("team", ""));
      assertThat(found.launchTime()).isEqualTo(fixture.clock.now().truncatedTo(ChronoUnit.MILLIS));
      assertThat(found.state().nameAsString()).isEqualTo("stopped");
      assertThat(
              ec2.describeTagsPaginator(DescribeTagsRequest.builder().maxResults(5).build()).tags())
          .extracting("key")
          .containsExactly("Name", "team");

      ec2.deleteTags(r -> r.resources(INSTANCE).tags(Tag.builder().key("team").build()));

      assertThat(ec2.describeTags(r -> r.filters(filter("key", "team"))).tags()).isEmpty();
    }
  }

  @Test
  void refusalByPolicyCarriesWhatAdministratorsCanDecode() throws Exception {
    new TestIdentities(fixture.clock).user("ann", "AIDAANN");
    AccessKeyRecord key = fixture.store.accessKeys().createForUser("ann");
    try (Ec2Client ec2 = door.client(Ec2Client.builder(), key.accessKeyId(), key.secret());
        StsClient denied = door.client(StsClient.builder(), key.accessKeyId(), key.secret());
        StsClient sts =
            door.client(
                StsClient.builder(),
                fixture.admin.accessKeyId(),
                fixture.admin.secretAccessKey())) {
      String message =
          catchThrowableOfType(AwsServiceException.class, ec2::describeInstances)
              .awsErrorDetails()
              .errorMessage();
      assertThat(message)
          .startsWith("You are not authorized to perform this operation. User: ")
          .contains("action. Encoded authorization failure message: ");
      String encoded = message.substring(message.lastIndexOf(' ') + 1);

      Map<String, Object> decoded =
          Json.readObject(
              sts.decodeAuthorizationMessage(r -> r.encodedMessage(encoded)).decodedMessage());
      assertThat(decoded).containsEntry("allowed", false).containsEntry("explicitDeny", false);
      assertThat(String.valueOf(decoded.get("context")))
          .contains("action=ec2:DescribeInstances", "user/ann", "aws:SourceIp");
      assertError(
          "InvalidAuthorizationMessageException",
          400,
          () -> sts.decodeAuthorizationMessage(r -> r.encodedMessage("x" + encoded)));
      assertError(
          "AccessDenied",
          403,
          () -> denied.decodeAuthorizationMessage(r -> r.encodedMessage(encoded)));
    }
  }

  @Test
  void refusalsHaveEc2sCodes() {
    try (Ec2Client ec2 = ec2();
        Ec2Client wrong = door.client(Ec2Client.builder(), fixture.admin.accessKeyId(), "wrong")) {
      assertError(
          "InvalidInstanceID.NotFound",
          400,
          () -> ec2.createTags(r -> r.resources("i-gone").tags(tag("k", "v"))));
      assertError(
          "InvalidID",
          400,
          () -> ec2.createTags(r -> r.resources("vpc-abc123").tags(tag("k", "v"))));
      assertError(
          "InvalidParameterValue",
          400,
          () -> ec2.createTags(r -> r.resources(INSTANCE).tags(tag("aws:k", "v"))));
      assertError(
          "DryRunOperation",
          412,
          () -> ec2.createTags(r -> r.resources(INSTANCE).tags(tag("k", "v")).dryRun(true)));
      assertError(
          "InvalidInstanceID.Malformed",
          400,
          () -> ec2.describeInstances(r -> r.instanceIds("web-1")));
      assertError("InvalidAction", 400, ec2::describeVpcs);
      // The JDK's URL connection hides the body of a 401, and with it the code.
      assertThatThrownBy(wrong::describeInstances)
          .isInstanceOfSatisfying(
              AwsServiceException.class, error -> assertThat(error.statusCode()).isEqualTo(401));
    }
  }

  @Test
  void whoMayNotIsUnauthorizedWhateverTheInstanceIs() {
    Credentials node = fixture.nodeCredentials();
    try (Ec2Client ec2 =
        door.client(
            Ec2Client.builder(),
            AwsSessionCredentials.create(
                node.accessKeyId(), node.secretAccessKey(), requireNonNull(node.sessionToken())))) {
      for (String id : List.of(INSTANCE, "i-gone")) {
        assertError(
            "UnauthorizedOperation",
            403,
            () -> ec2.createTags(r -> r.resources(id).tags(tag("k", "v")).dryRun(true)));
      }
    }
    assertThat(fixture.store.nodes().tags(INSTANCE)).isEmpty();
  }

  private static void assertError(String code, int status, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            error -> {
              assertThat(error.awsErrorDetails().errorCode()).isEqualTo(code);
              assertThat(error.statusCode()).isEqualTo(status);
            });
  }

  @Test
  void hybridNodesAndDocumentsAreTaggedThroughSystemsManager() {
    var given =
        software.amazon.awssdk.services.ssm.model.Tag.builder().key("team").value("x").build();
    try (SsmClient ssm = ssm()) {
      ssm.addTagsToResource(
          r -> r.resourceType("ManagedInstance").resourceId(EdgeFixture.NODE).tags(given));
      ssm.addTagsToResource(
          r -> r.resourceType("Document").resourceId(Store.PREFERENCES_DOCUMENT).tags(given));

      assertThat(
              ssm.listTagsForResource(
                      r -> r.resourceType("ManagedInstance").resourceId(EdgeFixture.NODE))
                  .tagList())
          .containsExactly(given);
      ssm.removeTagsFromResource(
          r -> r.resourceType("ManagedInstance").resourceId(EdgeFixture.NODE).tagKeys("team"));
      assertThat(
              ssm.listTagsForResource(
                      r -> r.resourceType("ManagedInstance").resourceId(EdgeFixture.NODE))
                  .tagList())
          .isEmpty();
      assertThatThrownBy(() ->
              ssm.listTagsForResource(r -> r.resourceType("ManagedInstance").resourceId(INSTANCE)))
          .isInstanceOf(InvalidResourceIdException.class);
      assertThatThrownBy(
              () -> ssm.listTagsForResource(r -> r.resourceType("Parameter").resourceId("p")))
          .isInstanceOf(InvalidResourceTypeException.class);
      assertThatThrownBy(() ->
              ssm.addTagsToResource(r ->
                  r.resourceType("Document")
                      .resourceId(Store.PREFERENCES_DOCUMENT)
                      .tags(
                          IntStream.range(0, 51)
                              .mapToObj(each -> given.toBuilder().key("k" + each).build())
                              .toList())))
          .isInstanceOf(TooManyTagsErrorException.class);
    }
  }

  @Test
  void answersHaveEc2sForm() throws Exception {
    HttpAnswer created =
        send(
            "Action=CreateTags&ResourceId.1="
                + INSTANCE
                + "&Tag.1.Key=a&Tag.1.Value=1"
                + "&Tag.2.Key=b"
                + VERSION);
    HttpAnswer described =
        send("Action=DescribeTags&Filter.1.Name=key&Filter.1.Value.1=a" + VERSION);
    HttpAnswer instances = send("Action=DescribeInstances&InstanceId.1=" + INSTANCE + VERSION);

    assertThat(EdgeFixture.text(created))
        .contains("<CreateTagsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">");
    XmlElement answer = XmlElement.parse(created.body());
    assertThat(answer.childText("return")).isEqualTo("true");
    assertThat(answer.childText("requestId"))
        .isEqualTo(EdgeFixture.header(created, "x-amzn-RequestId"));
    assertThat(EdgeFixture.text(described))
        .contains(
            "<tagSet><item><key>a</key><resourceId>"
                + INSTANCE
                + "</resourceId>"
                + "<resourceType>instance</resourceType><value>1</value></item></tagSet>");
    assertThat(EdgeFixture.text(instances))
        .contains(
            "<groupSet></groupSet><instancesSet><item>",
            "<instanceState><code>80</code><name>stopped</name></instanceState>",
            "<launchTime>" + Timestamps.iso8601Millis(fixture.clock.now()));
    assertThat(fixture.events().getFirst())
        .containsEntry("eventSource", "ec2.amazonaws.com")
        .containsEntry("eventName", "CreateTags")
        .containsEntry("readOnly", false);
  }

  @Test
  void errorsHaveEc2sForm() throws Exception {
    HttpAnswer refused = send("Action=DescribeInstances&InstanceId.1=i-gone" + VERSION);

    assertThat(refused.status()).isEqualTo(400);
    XmlElement root = XmlElement.parse(refused.body());
    assertThat(root.name()).isEqualTo("Response");
    XmlElement error = requireNonNull(requireNonNull(root.child("Errors")).child("Error"));
    assertThat(error.childText("Code")).isEqualTo("InvalidInstanceID.NotFound");
    assertThat(error.childText("Message")).isEqualTo("The instance ID 'i-gone' does not exist");
    assertThat(root.childText("RequestID"))
        .isEqualTo(EdgeFixture.header(refused, "x-amzn-RequestId"));
  }

  @Test
  void malformedFormsAndSignaturesAreRefused() {
    assertCode("MalformedQueryString", 400, send("Action=CreateTags&ResourceId.x=a" + VERSION));
    assertCode("MalformedQueryString", 400, send("Action=CreateTags&DryRun=perhaps" + VERSION));
    assertCode("MissingParameter", 400, send("Action=" + VERSION));
    assertCode("MissingParameter", 400, send("Action=CreateTags" + VERSION));
    String list = "Action=DescribeInstances" + VERSION;
    assertCode("MissingAuthenticationToken", 403, fixture.send(EdgeFixture.form(list)));
    assertCode(
        "RequestExpired",
        400,
        fixture.send(
            fixture.signedAt(
                EdgeFixture.form(list), "ec2", fixture.clock.now().minus(Duration.ofHours(1)))));
    assertCode("AuthFailure", 401, fixture.send(fixture.signed(EdgeFixture.form(list), "iam")));
    var wrong = new Credentials(fixture.admin.accessKeyId(), "wrong", null);
    HttpAnswer refused = fixture.send(fixture.signed(EdgeFixture.form(list), wrong, "ec2"));
    assertCode("AuthFailure", 401, refused);
    assertThat(EdgeFixture.text(refused))
        .contains("AWS was not able to validate the provided access credentials");
    HttpAnswer elsewhere =
        fixture.send(
            RequestSigner.sign(
                EdgeFixture.form(list), fixture.admin, "eu-west-1", "ec2", fixture.clock.now()));
    assertCode("AuthFailure", 401, elsewhere);
    assertThat(EdgeFixture.text(elsewhere)).contains(EdgeFixture.REGION);
  }

  private static void assertCode(String code, int status, HttpAnswer answer) {
    assertThat(EdgeFixture.text(answer)).contains("<Code>" + code + "</Code>");
    assertThat(answer.status()).isEqualTo(status);
  }

  private HttpAnswer send(String form) {
    return fixture.send(fixture.signed(EdgeFixture.form(form), "ec2"));
  }
}
