package dev.postern.aws.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

class QueryFormFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void formIsReadAlikeTwiceOrRefused(byte[] body) throws MalformedFormException {
    QueryForm form;
    try {
      form = QueryForm.parse(body);
      assertThat(form.tree().children()).hasSizeLessThanOrEqualTo(QueryForm.PARAMETERS_MAX);
    } catch (MalformedFormException _) {
      // refused, as it may be
      return;
    }

    assertThat(QueryForm.parse(QueryForm.encode(form.parameters())).parameters())
        .isEqualTo(form.parameters());
  }
}
