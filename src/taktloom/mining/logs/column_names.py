# SPDX-License-Identifier: Apache-2.0
"""What columns of logs are called: the names of XES and of this product, and the usual ones in eight languages.

Usual names are in lower case, without accents and with blanks for what stands between words; the commonest first.
"""

import unicodedata
from collections.abc import Mapping

EXACT: Mapping[str, tuple[str, ...]] = {
    "case": ("case:concept:name", "case_id"),
    "activity": ("concept:name", "activity"),
    "timestamp": ("time:timestamp", "occurred_at"),
    "start_timestamp": ("start_timestamp", "started_at"),
    "resource": ("org:resource", "resource"),
    "role": ("org:role", "role", "org:group"),
    "lifecycle": ("lifecycle:transition", "lifecycle"),
    "instance": ("concept:instance",),
    "event_id": ("event_id",),
}
USUAL: Mapping[str, tuple[str, ...]] = {
    "case": (
        "case", "caseid", "case key", "case number", "trace", "trace id", "process instance", "instance id",
        "instance key", "ticket", "ticket id", "order id", "order number", "application id", "incident id",
        "案例", "案例编号", "案例号", "案例id", "流程实例", "流程编号", "工单号", "单号", "订单号", "申请编号",
        "流水号", "业务流水号", "受理编号", "受理号", "案件编号", "案件号", "业务编号", "编号",
        "案件編號", "案件号码", "案號", "流程編號", "單號",
        "vorgangsnummer", "vorgangs id", "vorgangsid", "fall", "fall id", "fallid", "fallnummer", "aktenzeichen",
        "geschaftszeichen", "auftragsnummer", "antragsnummer", "bestellnummer", "ticketnummer", "prozessinstanz",
        "dossier", "numero de dossier", "n° de dossier", "identifiant du dossier", "identifiant", "id cas", "id du cas",
        "caso", "id caso", "id de caso", "id del caso", "numero de caso", "expediente", "numero de expediente",
        "zaak", "zaaknummer", "zaak id", "dossiernummer", "pratica", "numero pratica", "id do caso",
        "numero do processo",
    ),
    "activity": (
        "activity name", "activity", "task", "task name", "event", "event name", "step", "action", "status", "element",
        "活动", "活动名称", "环节", "环节名称", "步骤", "步骤名称", "工序", "任务", "任务名称", "事件", "操作", "节点",
        "活動", "活動名稱", "環節", "步驟", "任務", "操作名称",
        "aktivitat", "aktivitaet", "tatigkeit", "taetigkeit", "schritt", "prozessschritt", "arbeitsschritt",
        "bearbeitungsschritt", "ereignis", "aufgabe", "activite", "tache", "etape", "evenement", "actividad", "tarea",
        "paso", "etapa", "evento", "activiteit", "stap", "taak", "handeling", "attivita", "passo", "atividade",
    ),
    "timestamp": (
        "timestamp", "complete timestamp", "completed at", "end time", "endtime", "end timestamp", "end", "finish",
        "time", "date", "datetime", "event time", "completion time", "finished at", "complete time", "end date",
        "时间", "时间戳", "结束时间", "完成时间", "发生时间", "办结时间", "办理时间", "处理时间", "操作时间", "日期",
        "時間", "時間戳", "結束時間", "完成時間", "處理時間",
        "zeitstempel", "zeitpunkt", "datum", "zeit", "endzeit", "endzeitpunkt", "enddatum", "ende", "abgeschlossen am",
        "beendet am", "erledigt am", "horodatage", "date de fin", "heure de fin", "date et heure", "date heure", "fin",
        "marca de tiempo", "fecha", "fecha y hora", "fecha hora", "fecha fin", "fecha de fin", "hora de fin",
        "tijdstempel", "tijdstip", "eindtijd", "einddatum", "einde", "data e ora", "data", "data fine",
        "carimbo de data hora", "data e hora", "data hora", "data fim",
    ),
    "start_timestamp": (
        "start", "start time", "starttime", "begin", "begin time", "start timestamp", "start date",
        "开始时间", "开始", "起始时间", "开始日期", "接收时间",
        "開始時間", "起始時間",
        "beginn", "startzeit", "startzeitpunkt", "startdatum", "anfang", "begonnen am", "debut", "date de debut",
        "heure de debut", "inicio", "fecha inicio", "fecha de inicio", "hora de inicio", "starttijd", "begintijd",
        "inizio", "data inizio", "data inicio", "data de inicio",
    ),
    "resource": (
        "user", "user id", "username", "performer", "employee", "agent", "originator", "assignee", "worker", "owner",
        "人员", "用户", "办理人", "经办人", "处理人", "操作人", "执行人", "操作员", "经手人", "资源",
        "資源", "處理人", "經辦人", "使用者", "人員",
        "bearbeiter", "sachbearbeiter", "mitarbeiter", "benutzer", "nutzer", "anwender", "ressource", "utilisateur",
        "employe", "operateur", "executant", "recurso", "usuario", "empleado", "responsable", "medewerker", "gebruiker",
        "behandelaar", "uitvoerder", "risorsa", "utente", "operatore", "utilizador", "responsavel",
    ),
    "role": (
        "group", "department", "team", "部门", "角色", "岗位", "科室", "小组", "处室", "机构", "部門", "崗位",
        "rolle", "abteilung", "gruppe", "organisationseinheit", "groupe", "equipe", "departement", "rol", "grupo",
        "departamento", "equipo", "afdeling", "groep", "ruolo", "reparto", "gruppo", "funcao",
    ),
    "lifecycle": ("transition", "event type", "生命周期"),
    "instance": ("activity instance", "task id"),
    "event_id": ("eventid", "event key", "事件编号"),
}  # fmt: skip


def without_accents(text: str) -> str:
    """*text* with the letters that carry its accents: résumé as resume, Tätigkeit as Tatigkeit."""
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(each for each in parts if unicodedata.category(each) != "Mn"))
