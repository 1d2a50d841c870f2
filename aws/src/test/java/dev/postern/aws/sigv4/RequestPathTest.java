package dev.postern.aws.sigv4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.aws.PercentEncoding;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
  @Test
  void segmentsAreDecoded() {
    assertThat(RequestPath.parse("/v1/data-channel/jane%40example.com,a=b+c-0e34").segments())
        .containsExactly("v1", "data-channel", "jane@example.com,a=b+c-0e34");
    assertThat(RequestPath.parse("/").segments()).isEmpty();
    assertThat(RequestPath.parse("").raw()).isEqualTo("/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v1",
        "*",
        "//",
        "/v1//x",
        "/v1/",
        "/v1/./x",
        "/v1/../x",
        "/v1/%2e%2E/x",
        "/v1/.%2e",
        "/v1;x=y/data-channel",
        "/v1%3Bx/data-channel",
        "/v1%2fdata-channel",
        "/v1%2Fdata-channel",
        "/v1\\data-channel",
        "/v1%5cdata-channel",
        "/v1/%00",
        "/v1/%0a",
        "/v1/%7F",
        "/v1/%",
        "/v1/%2",
        "/v1/%zz",
        "/v1/%ff",
        "/v1/%c0%af",
        "/v1/a b",
        "/v1/é",
        "/v1/a#b",
        "/v1/a?b",
        "https://localhost/v1",
      })
  void pathThatCouldBeReadOtherwiseIsRefused(String raw) {
    assertThatThrownBy(() -> RequestPath.parse(raw))
        .isInstanceOfSatisfying(
            Fault.class, fault -> assertThat(fault.code()).isEqualTo("InvalidURI"));
  }

  @Property
  void acceptedPathsAreEqualOnlyWhenTheirSegmentsAre(
      @ForAll @CharRange(from = '!', to = '~') String text) {
    RequestPath path;
    try {
      path = RequestPath.parse("/" + text);
    } catch (Fault refused) {
      assertThat(refused.code()).isEqualTo("InvalidURI");
      return;
    }

    String again =
        path.segments().stream()
            .map(PercentEncoding::encode)
            .collect(Collectors.joining("/", "/", ""));
    assertThat(RequestPath.parse(again).segments()).isEqualTo(path.segments());
    assertThat(path.segments())
        .noneMatch(s -> s.isEmpty() || s.contains("/") || s.contains(";") || s.equals(".."));
  }

  @Test
  void objectsKeyIsOneSegmentWhateverItHolds() {
    assertThat(RequestPath.parseObject("/bucket/a//b/../c%2Fd;e/").segments())
        .containsExactly("bucket", "a//b/../c/d;e/");
    assertThat(RequestPath.parseObject("/bucket/").segments()).containsExactly("bucket");
    assertThat(RequestPath.parseObject("/").segments()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"//key", "/a%2Fb/key", "/../key", "/%2e%2e/key", "/a;b/key", "/b/%zz"})
  void bucketIsAsStrictAsAnyOtherSegment(String raw) {
    assertThatThrownBy(() -> RequestPath.parseObject(raw)).isInstanceOf(Fault.class);
  }

  @Test
  void canonicalPathIsEncodedOnceMoreButNotForS3() throws Exception {
    assertThat(CanonicalForm.path("/v1/jane%40x,=+")).isEqualTo("/v1/jane%2540x%2C%3D%2B");
    assertThat(CanonicalForm.objectPath("/b/a@b%20c%2Fd//../e"))
        .isEqualTo("/b/a%40b%20c%2Fd//../e");
    for (String raw : List.of("", "/", "//", "/.", "/a/..")) {
      assertThat(CanonicalForm.path(raw)).isEqualTo("/");
    }
    assertThat(CanonicalForm.path("/a/./b/../c//d/")).isEqualTo("/a/c/d/");
  }

  @Test
  void canonicalQueryIsSortedByEncodedNameThenValue() throws Exception {
    var parameters = CanonicalForm.parameters("b=2&a-=1&a=z&a=b&a=B&encryption&%61%3d=%7e+x&&");

    assertThat(CanonicalForm.query(parameters))
        .isEqualTo("a=B&a=b&a=z&a%3D=~%20x&a-=1&b=2&encryption=");
  }
}
