// The script of the media type: it runs in Zabbix' own engine, which speaks ECMAScript 5. The media type in
// crmwatch.yaml holds this very text; a test keeps the two equal.
try {
  var parameters = JSON.parse(value);
  var url = parameters.crmwatch_url;
  var token = parameters.crmwatch_token;
  if (typeof url !== 'string' || !/^https?:\/\//.test(url)) {
    throw 'the parameter crmwatch_url is no address';
  }
  var event = {};
  Object.keys(parameters).forEach(function (name) {
    if (name.indexOf('crmwatch_') !== 0) {
      event[name] = String(parameters[name]);
    }
  });
  // Up to Zabbix 6 there are no macros for seconds since the epoch, but date and time by the server's clock.
  function secondsOf(seconds, date, time) {
    if (/^\d+$/.test(seconds)) {
      return seconds;
    }
    var found = /^(\d{4})\.(\d\d)\.(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(date + ' ' + time);
    if (found === null) {
      return '';
    }
    var at = new Date(+found[1], +found[2] - 1, +found[3], +found[4], +found[5], +found[6]);
    return String(Math.floor(at.getTime() / 1000));
  }
  event.event_timestamp = secondsOf(event.event_timestamp, event.event_date, event.event_time);
  event.recovery_timestamp = secondsOf(event.recovery_timestamp, event.recovery_date, event.recovery_time);
  var request = new HttpRequest();
  if (typeof parameters.crmwatch_proxy === 'string' && parameters.crmwatch_proxy !== '') {
    request.setProxy(parameters.crmwatch_proxy);
  }
  request.addHeader('Content-Type: application/json');
  request.addHeader('Authorization: Bearer ' + token);
  var answer = request.post(url, JSON.stringify(event));
  // Zabbix tries again when a script throws, as often as the media type says.
  if (request.getStatus() !== 200) {
    throw 'crmwatch answered ' + request.getStatus() + ': ' + String(answer).slice(0, 500);
  }
  return 'OK';
} catch (error) {
  Zabbix.log(3, '[crmwatch] delivery failed: ' + error);
  throw 'crmwatch: ' + error;
}
