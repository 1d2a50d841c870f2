package dev.postern.aws.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.aws.Fault;
import dev.postern.aws.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FaultResponseTest {
  private static final String NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/";
  private static final String ID = "0b5e1c1e-7ab8-4ae4-9d5f-3e6b8d1f2a3c";

  @Test
  void jsonHasTheCodeInBodyAndHeader() {
    var fault = new Fault("TargetNotConnected", 400, "i-0abc123def456 is not connected.");

    HttpResponse response = FaultResponse.write(fault, Protocol.JSON, NAMESPACE, ID);

    assertThat(response.status()).isEqualTo(400);
    assertThat(response.header("x-amzn-errortype")).isEqualTo("TargetNotConnected");
    assertThat(response.header("x-amzn-requestid")).isEqualTo(ID);
    assertThat(response.header("content-type")).isEqualTo("application/x-amz-json-1.1");
    assertThat(text(response))
        .isEqualTo(
            "{\"__type\":\"TargetNotConnected\",\"message\":\"i-0abc123def456 is not connected.\","
                + "\"Message\":\"i-0abc123def456 is not connected.\"}");
  }

  @Test
  void queryHasAnErrorResponse() {
    var fault = new Fault("NoSuchEntity", 404, "a < b & c");

    HttpResponse response = FaultResponse.write(fault, Protocol.QUERY, NAMESPACE, ID);

    assertThat(response.header("content-type")).isEqualTo("text/xml");
    assertThat(text(response))
        .isEqualTo(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\""
                + NAMESPACE
                + "\"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>"
                + "<Message>a &lt; b &amp; c</Message></Error><RequestId>"
                + ID
                + "</RequestId></ErrorResponse>");
  }

  @Test
  void faultOfTheServerNamesTheReceiver() {
    var fault = new Fault("ServiceFailure", 500, "");

    assertThat(text(FaultResponse.write(fault, Protocol.QUERY, NAMESPACE, ID)))
        .contains("<Type>Receiver</Type>");
  }

  @Test
  void ec2HasAResponseWithErrors() {
    var fault = new Fault("AuthFailure", 401, "no");

    assertThat(text(FaultResponse.write(fault, Protocol.EC2, NAMESPACE, ID)))
        .endsWith(
            "<Response><Errors><Error><Code>AuthFailure</Code><Message>no</Message></Error>"
                + "</Errors><RequestID>"
                + ID
                + "</RequestID></Response>");
  }

  @Test
  void s3HasTheDetailsToo() {
    var fault = new Fault("NoSuchBucket", 404, "no", Map.of("BucketName", "b"));

    HttpResponse response = FaultResponse.write(fault, Protocol.REST_XML, NAMESPACE, ID);

    assertThat(response.header("x-amz-request-id")).isEqualTo(ID);
    assertThat(text(response))
        .contains("<Error><Code>NoSuchBucket</Code><Message>no</Message><BucketName>b<");
  }

  @ParameterizedTest
  @EnumSource
  void faultIsReadBack(Protocol protocol) {
    var fault = new Fault("AccessDenied", 403, "User: arn:aws:iam::1:user/é is <not> allowed");

    Fault read = FaultResponse.read(FaultResponse.write(fault, protocol, NAMESPACE, ID));

    assertThat(read.code()).isEqualTo(fault.code());
    assertThat(read.httpStatus()).isEqualTo(403);
    assertThat(read.message()).isEqualTo(fault.message());
  }

  @ParameterizedTest
  @CsvSource({
    "InHeader,                     InBody,                         InHeader",
    "InHeader:http://example.com/, InBody,                         InHeader",
    "'',                           com.amazonaws.ssm#InBody,       InBody",
    "'',                           com.amazonaws.ssm#InBody:x#y,   InBody",
    "'not a code',                 InBody,                         InBody",
  })
  void codeIsTakenFromTheHeaderFirstAndCut(String header, String type, String code) {
    byte[] body =
        ("{\"__type\":\"" + type + "\",\"Message\":\"m\"}").getBytes(StandardCharsets.UTF_8);
    var response = new HttpResponse(400, Map.of("x-amzn-errortype", List.of(header)), body);

    Fault fault = FaultResponse.read(response);

    assertThat(fault.code()).isEqualTo(code);
    assertThat(fault.message()).isEqualTo("m");
  }

  @Test
  void gatewaysRefusalIsRead() {
    byte[] body =
        "<AccessDeniedException><Message>no</Message></AccessDeniedException>"
            .getBytes(StandardCharsets.UTF_8);

    assertThat(FaultResponse.read(new HttpResponse(403, Map.of(), body)).code())
        .isEqualTo("AccessDeniedException");
  }

  @Test
  void proxysPageBecomesAFaultToo() {
    byte[] body = "<html><body>Bad gateway<br></body></html>".getBytes(StandardCharsets.UTF_8);

    Fault fault = FaultResponse.read(new HttpResponse(502, Map.of(), body));

    assertThat(fault.httpStatus()).isEqualTo(502);
    assertThat(fault.message()).contains("502");
  }

  @Property
  void anyBodyBecomesAFault(@ForAll byte[] body, @ForAll String header, @ForAll int status) {
    var headers = Map.of("x-amzn-errortype", List.of(header));

    assertThat(FaultResponse.read(new HttpResponse(status, headers, body)).code()).isNotEmpty();
  }

  @Test
  void codeThatIsNoneCannotBecomeAHeader() {
    for (String code : List.of("", "a b", "a\r\nb", "a:b", "a#b", "a".repeat(129))) {
      assertThatIllegalArgumentException().isThrownBy(() -> new Fault(code, 400, ""));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> new Fault("A", 200, ""));
  }

  private static String text(HttpResponse response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
