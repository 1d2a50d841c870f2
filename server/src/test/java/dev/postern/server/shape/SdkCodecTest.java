package dev.postern.server.shape;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.aws.json.Json;
import dev.postern.aws.query.QueryForm;
import dev.postern.aws.xml.XmlElement;
import dev.postern.aws.xml.XmlWriter;
import dev.postern.server.service.FormCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ssm.model.CreateActivationRequest;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationRequest;
import software.amazon.awssdk.services.ssm.model.DescribeSessionsResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;
import software.amazon.awssdk.services.ssm.model.Session;
import software.amazon.awssdk.services.ssm.model.SessionStatus;
import software.amazon.awssdk.services.ssm.model.StartSessionRequest;
import software.amazon.awssdk.services.ssm.model.StartSessionResponse;
import software.amazon.awssdk.services.ssm.model.Tag;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;

final class SdkCodecTest {
  private static final FormCodec<StartSessionRequest, StartSessionResponse> START_SESSION =
      SdkCodec.of(StartSessionRequest.class, StartSessionRequest::builder);
  private static final FormCodec<CreateActivationRequest, DescribeSessionsResponse>
      CREATE_ACTIVATION =
          SdkCodec.of(CreateActivationRequest.class, CreateActivationRequest::builder);
  private static final FormCodec<AssumeRoleRequest, AssumeRoleResponse> ASSUME_ROLE =
      SdkCodec.of(AssumeRoleRequest.class, AssumeRoleRequest::builder);

  @Test
  void mapsOfListsAreRead() throws Exception {
    StartSessionRequest request =
        START_SESSION.read(
            json(
                """
                {"Target":"i-1","DocumentName":"AWS-StartInteractiveCommand",
                 "Parameters":{"command":["ls -l","x"]},"Unknown":{"a":[1]},"Reason":null}
                """));

    assertThat(request)
        .isEqualTo(
            StartSessionRequest.builder()
                .target("i-1")
                .documentName("AWS-StartInteractiveCommand")
                .parameters(Map.of("command", List.of("ls -l", "x")))
                .build());
  }

  @Test
  void structuresTimesAndNumbersAreRead() throws Exception {
    CreateActivationRequest request =
        CREATE_ACTIVATION.read(
            json(
                """
                {"IamRole":"R","RegistrationLimit":3,"ExpirationDate":1796083200.5,
                 "Tags":[{"Key":"a","Value":""},{"Key":"b","Value":"c"}]}
                """));

    assertThat(request)
        .isEqualTo(
            CreateActivationRequest.builder()
                .iamRole("R")
                .registrationLimit(3)
                .expirationDate(Instant.parse("2026-12-01T00:00:00.5Z"))
                .tags(
                    Tag.builder().key("a").value("").build(),
                    Tag.builder().key("b").value("c").build())
                .build());
  }

  @Test
  void whatIsReadIsWrittenTheSame() throws Exception {
    String document =
        """
        {"Description":"d","IamRole":"R","RegistrationLimit":3,"ExpirationDate":1796083200,\
        "Tags":[{"Key":"a","Value":"b"}]}\
        """;
    CreateActivationRequest request = CREATE_ACTIVATION.read(json(document));

    assertThat(Json.readObject(Json.write(TreeWriter.structure(request))))
        .isEqualTo(json(document));
  }

  @Test
  void absentMembersAndAutomaticListsAreLeftOut() {
    var codec =
        SdkCodec
            .<DescribeInstanceInformationRequest, DescribeSessionsResponse,
                DescribeInstanceInformationRequest.Builder>
                of(
                    DescribeInstanceInformationRequest.class,
                    DescribeInstanceInformationRequest::builder);

    assertThat(codec.write(DescribeSessionsResponse.builder().build())).isEmpty();
    assertThat(codec.write(DescribeSessionsResponse.builder().sessions(List.<Session>of()).build()))
        .isEqualTo(Map.of("Sessions", List.of()));
  }

  @Test
  void timesAreWrittenWithoutExponent() {
    Session session =
        Session.builder()
            .sessionId("admin-1")
            .status(SessionStatus.CONNECTED)
            .startDate(Instant.parse("2025-11-22T10:00:00.123Z"))
            .build();

    Map<String, Object> tree =
        CREATE_ACTIVATION.write(DescribeSessionsResponse.builder().sessions(session).build());

    assertThat(Json.writeString(tree))
        .isEqualTo(
            "{\"Sessions\":[{\"SessionId\":\"admin-1\",\"Status\":\"Connected\","
                + "\"StartDate\":1763805600.123}]}");
  }

  @Test
  void wrongTypesAreRefused() {
    for (String wrong :
        List.of(
            "{\"Target\":5}",
            "{\"Target\":[\"a\"]}",
            "{\"Target\":true}",
            "{\"Parameters\":[]}",
            "{\"Parameters\":\"x\"}",
            "{\"Parameters\":{\"portNumber\":\"5432\"}}",
            "{\"Parameters\":{\"portNumber\":[5432]}}")) {
      assertSerialization(() -> START_SESSION.read(json(wrong)));
    }
    for (String wrong :
        List.of(
            "{\"RegistrationLimit\":\"1\"}",
            "{\"RegistrationLimit\":1.5}",
            "{\"RegistrationLimit\":4294967297}",
            "{\"RegistrationLimit\":1e300}",
            "{\"ExpirationDate\":\"2026-12-01\"}",
            "{\"ExpirationDate\":-1}",
            "{\"Tags\":[\"a\"]}",
            "{\"Tags\":{}}")) {
      assertSerialization(() -> CREATE_ACTIVATION.read(json(wrong)));
    }
  }

  @Test
  void refusalsDoNotRepeatValues() {
    assertThatThrownBy(() -> CREATE_ACTIVATION.read(json("{\"RegistrationLimit\":\"s3cret\"}")))
        .hasMessageNotContaining("s3cret")
        .hasMessageContaining("RegistrationLimit");
  }

  @Test
  void formsAreRead() throws Exception {
    String form =
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2FR"
            + "&RoleSessionName=me&DurationSeconds=900"
            + "&PolicyArns.member.1.arn=a&PolicyArns.member.2.arn=b"
            + "&Tags.member.1.Key=k&Tags.member.1.Value=v&TransitiveTagKeys=";

    AssumeRoleRequest request = ASSUME_ROLE.readForm(form(form));

    assertThat(request.roleArn()).isEqualTo("arn:aws:iam::1:role/R");
    assertThat(request.durationSeconds()).isEqualTo(900);
    assertThat(request.policyArns()).extracting("arn").containsExactly("a", "b");
    assertThat(request.tags()).extracting("key").containsExactly("k");
    assertThat(request.transitiveTagKeys()).isEmpty();
  }

  @Test
  void formsWithWrongTypesAreRefused() {
    for (String wrong :
        List.of("DurationSeconds=soon", "Tags.member.x.Key=k", "RoleArn.member.1=a")) {
      assertSerialization(() -> ASSUME_ROLE.readForm(form(wrong)));
    }
  }

  @Test
  void answersAreWrittenAsXml() throws Exception {
    var response =
        AssumeRoleResponse.builder()
            .credentials(
                c -> c.accessKeyId("ASIA<&>").expiration(Instant.parse("2026-11-22T09:28:16.789Z")))
            .packedPolicySize(6)
            .build();
    XmlWriter xml = new XmlWriter().open("R");

    ASSUME_ROLE.writeXml(response, xml);

    XmlElement root = XmlElement.parse(xml.close().toBytes());
    XmlElement credentials = requireNonNull(root.child("Credentials"));
    assertThat(credentials.childText("AccessKeyId")).isEqualTo("ASIA<&>");
    assertThat(credentials.childText("Expiration")).isEqualTo("2026-11-22T09:28:16Z");
    assertThat(root.childText("PackedPolicySize")).isEqualTo("6");
  }

  @Test
  void nestedOutputIsWritten() {
    FormCodec<StartSessionRequest, GetParameterResponse> codec =
        SdkCodec.of(StartSessionRequest.class, StartSessionRequest::builder);

    Map<String, Object> tree =
        codec.write(GetParameterResponse.builder().parameter(p -> p.name("a").version(3L)).build());

    assertThat(tree).isEqualTo(Map.of("Parameter", Map.of("Name", "a", "Version", 3L)));
  }

  private static void assertSerialization(org.assertj.core.api.ThrowableAssert.ThrowingCallable c) {
    assertThatThrownBy(c)
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> {
              assertThat(fault.code()).isEqualTo("SerializationException");
              assertThat(fault.httpStatus()).isEqualTo(400);
            });
  }

  private static Map<String, Object> json(String text) throws Exception {
    return Json.readObject(text);
  }

  private static dev.postern.aws.query.FormNode form(String text) throws Exception {
    return QueryForm.parse(text.getBytes(StandardCharsets.US_ASCII)).tree();
  }
}
