package dev.postern.server.edge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.RequestSigner;
import dev.postern.aws.xml.XmlElement;
import dev.postern.server.listener.HttpAnswer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EdgeQueryTest {
  private static final String WHO = "Action=GetCallerIdentity&Version=2011-06-15";

  @TempDir Path directory;
  private EdgeFixture fixture;

  @BeforeEach
  void open() throws Exception {
    fixture = new EdgeFixture(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void callerLearnsWhoItIs() throws Exception {
    HttpAnswer answer = fixture.send(fixture.signed(EdgeFixture.form(WHO), "sts"));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(EdgeFixture.header(answer, "Content-Type")).isEqualTo("text/xml");
    assertThat(EdgeFixture.text(answer))
        .contains(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">");
    XmlElement root = XmlElement.parse(answer.body());
    XmlElement result = requireNonNull(root.child("GetCallerIdentityResult"));
    assertThat(result.childText("Arn")).isEqualTo("arn:aws:iam::123456789012:user/admin");
    assertThat(result.childText("Account")).isEqualTo("123456789012");
    assertThat(result.childText("UserId")).startsWith("AIDA");
    XmlElement metadata = requireNonNull(root.child("ResponseMetadata"));
    assertThat(metadata.childText("RequestId"))
        .isEqualTo(EdgeFixture.header(answer, "x-amzn-RequestId"));
    assertThat(fixture.events().getFirst())
        .containsEntry("eventSource", "sts.amazonaws.com")
        .containsEntry("readOnly", true);
  }

  @Test
  void getWithAQueryStringIsTheSame() {
    assertThat(fixture.send(fixture.signed(EdgeFixture.get("/?" + WHO), "sts")).status())
        .isEqualTo(200);
  }

  @Test
  void globalServicesMayBeSignedForAnyRegion() {
    assertThat(
            fixture
                .send(
                    RequestSigner.sign(
                        EdgeFixture.form(WHO),
                        fixture.admin,
                        "eu-west-1",
                        "sts",
                        fixture.clock.now()))
                .status())
        .isEqualTo(200);
  }

  @Test
  void rolesWithoutPoliciesForItLearnItToo() throws Exception {
    HttpAnswer answer =
        fixture.send(fixture.signed(EdgeFixture.form(WHO), fixture.nodeCredentials(), "sts"));

    assertThat(EdgeFixture.text(answer))
        .contains("arn:aws:sts::123456789012:assumed-role/SSMServiceRole/" + EdgeFixture.NODE);
  }

  @Test
  void refusalsHaveTheQueryProtocolsCodes() throws Exception {
    var unknown = new Credentials("AKIAUNKNOWNUNKNOWN00", "x", null);
    var wrong = new Credentials(fixture.admin.accessKeyId(), "x", null);

    assertRefused(fixture.send(EdgeFixture.form(WHO)), 403, "MissingAuthenticationToken");
    assertRefused(
        fixture.send(fixture.signed(EdgeFixture.form(WHO), unknown, "sts")),
        403,
        "InvalidClientTokenId");
    assertRefused(
        fixture.send(fixture.signed(EdgeFixture.form(WHO), wrong, "sts")),
        403,
        "SignatureDoesNotMatch");
    assertRefused(
        fixture.send(fixture.signed(EdgeFixture.form(WHO), "iam")), 403, "SignatureDoesNotMatch");
    assertRefused(
        fixture.send(fixture.signed(EdgeFixture.form("Action=Nothing&Version=2011-06-15"), "sts")),
        400,
        "InvalidAction");
    assertRefused(
        fixture.send(fixture.signed(EdgeFixture.form("Version=2011-06-15"), "sts")),
        400,
        "MissingAction");
    assertRefused(
        fixture.send(
            fixture.signed(EdgeFixture.form("Action=RunInstances&Version=2016-11-15"), "ec2")),
        400,
        "InvalidAction");
  }

  private static void assertRefused(HttpAnswer answer, int status, String code) throws Exception {
    assertThat(answer.status()).as(code).isEqualTo(status);
    XmlElement root = XmlElement.parse(answer.body());
    assertThat(root.name()).isEqualTo("ErrorResponse");
    XmlElement error = requireNonNull(root.child("Error"));
    assertThat(error.childText("Type")).isEqualTo("Sender");
    assertThat(error.childText("Code")).isEqualTo(code);
    assertThat(root.childText("RequestId")).hasSize(36);
  }
}
